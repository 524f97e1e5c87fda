from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

#: most recent open transactions of a customer that are offered
MAX_DOCUMENTS = 80


class CustomerAuthoriseWizard(models.TransientModel):
    """Determine several administrators of several customers, or several processors of several transactions, at once."""

    _name = 'customer.authorise.wizard'
    _description = 'Determine authorisations'

    kind = fields.Selection(
        [('administrator', 'Administrators'), ('processor', 'Processors')], required=True, default='administrator')
    customer_ids = fields.Many2many(
        'res.partner', string='Customers', domain=[('is_customer', '=', True)],
        default=lambda self: self._default_customer_ids())
    user_ids = fields.Many2many(
        'res.users', string='Specialists', required=True,
        domain=lambda self: [('share', '=', False), ('all_group_ids', 'in', self.env.ref(
            'customer_services.group_customer_services_specialist').ids)])
    date_start = fields.Date(string='From', help='Empty: from now on.')
    date_end = fields.Date(string='Until', help='Empty: without end.')
    line_ids = fields.One2many(
        'customer.authorise.wizard.line', 'wizard_id', string='Transactions', compute='_compute_line_ids',
        store=True, readonly=False)

    @api.model
    def _default_customer_ids(self):
        """Return the customers that are selected in the overview."""
        context = self.env.context
        return self.env['res.partner'].browse(
            context.get('active_ids', []) if context.get('active_model') == 'res.partner' else [])

    @api.depends('customer_ids', 'kind')
    def _compute_line_ids(self):
        """Offer the most recent open transactions of the customers, as far as the user may see them."""
        for wizard in self:
            lines = []
            if wizard.kind == 'processor' and wizard.customer_ids:
                for model in self.env['res.partner']._customer_kinds():
                    documents = model.search(
                        Domain('commercial_partner_id', 'in', wizard.customer_ids._origin.ids)
                        & Domain(model._customer_open_domain), limit=MAX_DOCUMENTS, order='id desc')
                    lines += [{
                        'res_model': document._name, 'res_id': document.id, 'name': document.display_name,
                        'kind': model._description_of_kind(), 'customer_id': document.commercial_partner_id.id,
                    } for document in documents]
            wizard.line_ids = [fields.Command.clear(), *map(fields.Command.create, lines)]

    def action_apply(self):
        """Give the rights; who has one already keeps it with the new period.

        :raises UserError: if no transaction was chosen
        """
        self.ensure_one()
        period = {'date_start': self.date_start, 'date_end': self.date_end}
        if self.kind == 'administrator':
            if not self.customer_ids:
                raise UserError(self.env._('Please choose a customer.'))
            model, targets = 'customer.administrator', [
                {'customer_id': customer.id} for customer in self.customer_ids]
        else:
            lines = self.line_ids.filtered('selected')
            if not lines:
                raise UserError(self.env._('Please choose a transaction.'))
            model, targets = 'customer.processor', [
                {'res_model': line.res_model, 'res_id': line.res_id} for line in lines]
        Rights = self.env[model]
        for target in targets:
            domain = [(name, '=', value) for name, value in target.items()]
            existing = Rights.search([*domain, ('user_id', 'in', self.user_ids.ids)])
            existing.write(period)
            Rights.create([
                dict(target, user_id=user.id, **period) for user in self.user_ids - existing.user_id])
        return {'type': 'ir.actions.client', 'tag': 'soft_reload'}


class CustomerAuthoriseWizardLine(models.TransientModel):
    """One transaction that can be chosen."""

    _name = 'customer.authorise.wizard.line'
    _description = 'Transaction to be processed'

    wizard_id = fields.Many2one('customer.authorise.wizard', required=True, ondelete='cascade')
    selected = fields.Boolean(string='Choose')
    kind = fields.Char()
    name = fields.Char(string='Transaction')
    customer_id = fields.Many2one('res.partner')
    res_model = fields.Char(required=True)
    res_id = fields.Many2oneReference(model_field='res_model', required=True)
