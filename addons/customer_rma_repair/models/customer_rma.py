from odoo import fields, models
from odoo.exceptions import UserError


class CustomerRma(models.Model):
    _inherit = 'customer.rma'

    repair_count = fields.Integer(compute='_compute_repair_count', groups='customer_rma.group_customer_rma_user')

    def _compute_repair_count(self):
        for rma in self:
            rma.repair_count = len(rma.sudo().line_ids.repair_ids)  # sudo: a number for who may see the return

    def action_repair(self):
        """Repair what was received and not refunded, instead of refunding it (staff).

        :raises UserError: if there is nothing to repair
        """
        self._check_staff()
        for rma in self.sudo():  # sudo: the right on the return was checked; repairs follow from it
            rma._lock_for_refund()
            lines = rma.line_ids.filtered(lambda line: line._can_be_repaired())
            if rma.state not in ('received', 'inspected') or not lines or rma._has_running_refund():
                raise UserError(self.env._(
                    '%s: there is nothing to repair: nothing was received, or the money went back already.', rma.number))
            for line in lines:
                line._create_repair()
        return True

    def action_open_repairs(self):
        """Open the repair orders of the return."""
        self.ensure_one()
        return {
            'type': 'ir.actions.act_window', 'name': self.env._('Repairs'), 'res_model': 'repair.order',
            'view_mode': 'list,form', 'domain': [('customer_rma_line_id.rma_id', '=', self.id)],
            'context': {'create': False}}

    def _timeline_goods(self):
        steps = super()._timeline_goods()
        for line in self.line_ids:
            steps += [
                {'date': repair.customer_rma_done_date, 'title': self.env._('Repaired'), 'text': line.product_id.display_name}
                for repair in line.repair_ids if repair.state == 'done']
            steps += [
                {'date': move.date, 'title': self.env._('Sent back to you'), 'text': line.product_id.display_name}
                for move in line._repaired_moves() if move.state == 'done']
        return steps
