from dataclasses import replace
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command

from ..const import DECISIONS
from ..models.customer_rma_decision import PolicyFacts
from ..policy import decide

#: lines that one run looks at
MAX_LINES = 5000


class CustomerRmaSimulation(models.TransientModel):
    """What the draft rules would have decided about the returns of the last days, and what that changes."""

    _name = 'customer.rma.simulation'
    _description = 'Simulation of rules for returns'

    company_id = fields.Many2one(
        'res.company', string='Company', required=True, default=lambda self: self.env.company, ondelete='cascade')
    days = fields.Integer(string='Days back', required=True, default=90)
    line_count = fields.Integer(string='Lines replayed', readonly=True)
    change_ids = fields.One2many('customer.rma.simulation.change', 'simulation_id', string='Changes', readonly=True)

    def action_simulate(self):
        """Replay the returns of the last days against the drafts and list what would change; nothing else is written.

        :raises UserError: without drafts
        """
        self.ensure_one()
        self.env['customer.rma.rule'].check_access('write')
        rules = self.env['customer.rma.rule']._rules_of(self.company_id, draft=True)
        if not rules:
            raise UserError(self.env._('There is no draft. Copy the rules in effect first, and change the copies.'))
        lines = self.env['customer.rma.line'].search([
            ('rma_id.request_date', '>=', fields.Datetime.now() - timedelta(days=self.days)),
            ('rma_id.company_id', '=', self.company_id.id), ('decision', '!=', False)], limit=MAX_LINES)
        self.write({
            'line_count': len(lines),
            'change_ids': [Command.clear(), *map(Command.create, self._changes(lines.sudo(), rules))]})
        return {
            'type': 'ir.actions.act_window', 'res_model': self._name, 'res_id': self.id, 'view_mode': 'form',
            'target': 'new', 'name': self.env._('Simulation')}

    @api.model
    def _changes(self, lines, rules):
        """Yield the values of the lines about which the rules decide otherwise than was decided.

        :param lines: ``customer.rma.line`` in sudo
        :param rules: drafts, ``customer.rma.rule``
        """
        facts = PolicyFacts(lines.rma_id, rules)
        for line in lines:
            rma = line.rma_id
            item = rma._policy_item(
                line.move_id, rma.kind, line.order_line_id._refund_estimate() * line.quantity, facts, line.reason_id)
            verdict = decide(facts.plain, replace(item, today=fields.Datetime.context_timestamp(
                rma.with_context(tz=rma.company_id.partner_id.tz or 'UTC'), rma.request_date).date()))
            if verdict.decision != line.decision:
                yield {
                    'line_id': line.id, 'old_decision': line.decision, 'new_decision': verdict.decision,
                    'old_rule_id': line.rule_id.id, 'new_rule_id': verdict.rule.id if verdict.rule else False}


class CustomerRmaSimulationChange(models.TransientModel):
    """One line of a return about which the drafts decide otherwise."""

    _name = 'customer.rma.simulation.change'
    _description = 'Change by draft rules'

    simulation_id = fields.Many2one('customer.rma.simulation', required=True, index=True, ondelete='cascade')
    line_id = fields.Many2one('customer.rma.line', string='Line', required=True, ondelete='cascade')
    rma_id = fields.Many2one(related='line_id.rma_id', string='Return')
    old_decision = fields.Selection(DECISIONS, string='Was decided')
    new_decision = fields.Selection(DECISIONS, string='Would be decided')
    old_rule_id = fields.Many2one('customer.rma.rule', string='Rule then', ondelete='cascade')
    new_rule_id = fields.Many2one('customer.rma.rule', string='Draft', ondelete='cascade')
