from odoo import api, fields, models
from odoo.exceptions import ValidationError


class CustomerAdministrator(models.Model):
    """A specialist who sees and processes everything of one customer."""

    _name = 'customer.administrator'
    _description = 'Administrator of a customer'
    _inherit = ['customer.grant.mixin']
    _order = 'customer_id, id'

    customer_id = fields.Many2one(
        'res.partner', string='Customer', required=True, index=True, ondelete='cascade',
        domain=[('is_customer', '=', True)])
    user_id = fields.Many2one(
        'res.users', string='Administrator', required=True, index=True, ondelete='cascade',
        domain=[('share', '=', False)])
    date_start = fields.Date(string='From', help='First day on which the right holds; empty: from now on.')
    date_end = fields.Date(string='Until', help='Last day on which the right holds; empty: without end.')

    _customer_user_unique = models.Constraint(
        'UNIQUE(customer_id, user_id)', 'This specialist administers this customer already.')
    _period_valid = models.Constraint(
        'CHECK(date_end IS NULL OR date_start IS NULL OR date_end >= date_start)',
        'The period of an administrator ends before it starts.')

    @api.constrains('customer_id')
    def _check_customer_is_commercial(self):
        for right in self:
            if right.customer_id != right.customer_id.commercial_partner_id:
                raise ValidationError(self.env._(
                    '%(contact)s is a contact of %(customer)s: administrators are determined for the latter.',
                    contact=right.customer_id.name, customer=right.customer_id.commercial_partner_id.name))
