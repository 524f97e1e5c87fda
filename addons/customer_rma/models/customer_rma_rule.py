from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from odoo.addons.customer_services.fetching import column_names

from ..const import DECISIONS, KINDS, TRIGGERS, WINDOW_STARTS
from ..policy import Rule

#: where the ids of the rules are kept that a transaction asked for
CACHE_KEY = 'customer_rma.rules'
#: what a rule has several of: field -> name in the policy
RELATIONS = {
    'group_ids': 'groups', 'tag_ids': 'tags', 'country_ids': 'countries', 'product_ids': 'products',
    'categ_ids': 'categories', 'reason_ids': 'reasons', 'method_ids': 'methods'}


class CustomerRmaRule(models.Model):
    """The policy of returns: the first rule that fits decides."""

    _name = 'customer.rma.rule'
    _description = 'Rule for returns'
    _order = 'sequence, id'

    name = fields.Char(string='Rule', required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one('res.company', string='Company', index=True, help='Empty: for all companies.')

    is_draft = fields.Boolean(
        string='Draft', help='Not in effect: the simulator tells what all drafts together would decide.')

    # criteria: an empty one fits everything
    kind = fields.Selection(KINDS, help='Empty: every kind.')
    # what a rule names is not deleted: without its last product it would fit all products
    group_ids = fields.Many2many('customer.group', string='User groups', ondelete='restrict')
    tag_ids = fields.Many2many('res.partner.category', string='Tags of the customer', ondelete='restrict')
    country_ids = fields.Many2many('res.country', string='Countries', ondelete='restrict')
    product_ids = fields.Many2many('product.product', string='Products', ondelete='restrict')
    categ_ids = fields.Many2many(
        'product.category', string='Product categories', ondelete='restrict', help='With the categories below them.')
    reason_ids = fields.Many2many('customer.rma.reason', string='Reasons', ondelete='restrict')
    amount_from = fields.Float(string='Value from', help='Of the line, taxes included, in its currency.')
    amount_to = fields.Float(string='Value to', help='0: no limit.')
    days_from = fields.Integer(string='Days from', help='Days since the event with which the window begins.')
    days_to = fields.Integer(string='Days to', help='0: no limit.')

    # what follows
    decision = fields.Selection(DECISIONS, required=True, default='review')
    window_days = fields.Integer(
        string='Window in days', help='The last of these days is still in time. 0: without limit.')
    window_start = fields.Selection(WINDOW_STARTS, string='Window begins with', required=True, default='delivery')
    velocity_limit = fields.Integer(
        string='Returns in 30 days', help='A customer with as many is looked at by staff instead. 0: without limit.')
    photos_required = fields.Boolean(string='Photos required', help='The customer has to send a photo or another file.')
    refund_trigger = fields.Selection(TRIGGERS, string='Refund at', required=True, default='receipt')
    keep_amount = fields.Float(
        string='Keep up to', help='Goods of at most this value are refunded without coming back. 0: never.')
    refund_allowed = fields.Boolean(string='Refund possible', default=True)
    replace_allowed = fields.Boolean(string='Replacement possible', default=True)
    exchange_allowed = fields.Boolean(string='Other product possible', default=True)
    method_ids = fields.Many2many(
        'customer.rma.method', string='Ways', ondelete='restrict', help='Empty: all of them.')
    relations = fields.Json(compute='_compute_relations', store=True, export_string_translation=False)
    restocking_percent = fields.Float(
        string='Restocking fee in percent', help='Taken off what is credited for the goods.')
    shipping_fee = fields.Float(
        string='Fee for shipping', help='In the currency of the company, once a return, taken off the credit note.')
    message = fields.Text(
        string='Message to the customer', translate=True, help='Why a return is not possible, or what to expect.')

    _days_positive = models.Constraint(
        'CHECK (window_days >= 0 AND days_from >= 0 AND days_to >= 0 AND velocity_limit >= 0)',
        'Days and limits are not negative.')
    _fees_range = models.Constraint(
        'CHECK (restocking_percent >= 0 AND restocking_percent <= 100 AND shipping_fee >= 0 AND shipping_fee < 1e9)',
        'Fees are not negative, and no more than what is credited.')

    @api.depends(*RELATIONS)
    def _compute_relations(self):
        """Keep the ids of all that the rules have several of beside them, archived ones too: read with the rule itself."""
        for rule in self.with_context(active_test=False):
            rule.relations = {name: rule[field].ids for field, name in RELATIONS.items()}

    @api.constrains(lambda self: ['decision', *self._allowed_fields()])
    def _check_something_allowed(self):
        for rule in self:
            if rule.decision != 'refuse' and not any(rule[name] for name in self._allowed_fields()):
                raise ValidationError(self.env._('A rule that does not refuse gives customers at least one possibility.'))

    @api.model
    def _allowed_fields(self):
        """Return the names of the fields that say what a rule allows, also those of other addons."""
        names = self.env['customer.rma.line']._fields['resolution'].get_values(self.env)
        return [f'{name}_allowed' for name in names if f'{name}_allowed' in self._fields]

    def _allowed_resolutions(self, kind='return'):
        """Return what customers may ask for, as list of resolutions; without a rule that is everything.

        :param str kind: kind of the return; who withdraws from a contract gets his money
        """
        if kind == 'withdrawal':
            return ['refund']
        return [
            name for name in self.env['customer.rma.line']._fields['resolution'].get_values(self.env)
            if not self or f'{name}_allowed' not in self._fields or self[f'{name}_allowed']]

    @api.model
    def _rules_of(self, company, draft=False):
        """Return the rules of a company in their order, in sudo: those in effect, or the drafts."""
        known = self.env.cr.cache.setdefault(CACHE_KEY, {})  # of this transaction
        # sudo: customers do not read the policy, but it decides for them
        self_sudo = self.sudo()
        if (company.id, draft) not in known:
            rules_sudo = self_sudo.search_fetch(
                [('company_id', 'in', [company.id, False]), ('is_draft', '=', draft)], column_names(self_sudo))
            known[company.id, draft] = rules_sudo.ids
        return self_sudo.browse(known[company.id, draft])

    @api.model_create_multi
    def create(self, vals_list):
        """Create rules; what was read of them in this transaction is read again."""
        self.env.cr.cache.pop(CACHE_KEY, None)
        return super().create(vals_list)

    def write(self, vals):
        """Change rules; which ones are in effect, and in which order, is read again."""
        self.env.cr.cache.pop(CACHE_KEY, None)
        return super().write(vals)

    def unlink(self):
        """Delete rules; which ones are in effect is read again."""
        self.env.cr.cache.pop(CACHE_KEY, None)
        return super().unlink()

    def action_copy_to_draft(self):
        """Copy the rules in effect as drafts, to change and to simulate them (managers)."""
        self.browse().check_access('create')
        for rule in self.search([('is_draft', '=', False)]):
            rule.copy({'is_draft': True, 'name': rule.name})
        return {'type': 'ir.actions.client', 'tag': 'soft_reload'}

    def action_put_into_effect(self):
        """Let the drafts take the place of the rules in effect, which are archived (managers).

        :raises UserError: without drafts
        """
        self.browse().check_access('write')
        drafts = self.search([('is_draft', '=', True)])
        if not drafts:
            raise UserError(self.env._('There is no draft.'))
        self.search([('is_draft', '=', False)]).active = False
        drafts.is_draft = False
        return {'type': 'ir.actions.client', 'tag': 'soft_reload'}

    def _to_policy(self):
        """Return the rules as plain :class:`~..policy.Rule` in their order."""
        return [Rule(
            id=rule.id, name=rule.name, decision=rule.decision, kind=rule.kind or '', company=rule.company_id.id or 0,
            amount_from=rule.amount_from, amount_to=rule.amount_to, days_from=rule.days_from, days_to=rule.days_to,
            **{name: frozenset(ids) for name, ids in rule.relations.items() if name != 'methods'},
            window_days=rule.window_days, window_start=rule.window_start, velocity=rule.velocity_limit) for rule in self]
