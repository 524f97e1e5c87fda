from odoo import fields, models


class CustomerAdministrator(models.Model):
    """A specialist who sees and processes everything of one customer."""

    _name = 'customer.administrator'
    _description = 'Administrator of a customer'
    _inherit = ['customer.grant.mixin']
    _order = 'customer_id, id'

    customer_id = fields.Many2one(
        'res.partner', string='Customer', required=True, index=True, ondelete='cascade',
        domain=[('parent_id', '=', False)])
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
