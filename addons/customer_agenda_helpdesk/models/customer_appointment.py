from odoo import api, fields, models

from odoo.addons.customer_services.const import GROUP_SPECIALIST


class CustomerAppointment(models.Model):
    _inherit = 'customer.appointment'

    ticket_id = fields.Many2one(
        'customer.ticket', string='Ticket', copy=True, ondelete='set null', index='btree_not_null', groups=GROUP_SPECIALIST,
        domain="[('commercial_partner_id', '=', commercial_partner_id)]", help='What the appointment is about.')

    @api.constrains('ticket_id', 'partner_id')
    def _check_ticket_id(self):
        self._check_same_customer('ticket_id')
