from odoo import fields, models

from odoo.addons.customer_services.const import GROUP_SPECIALIST


class SaleOrder(models.Model):
    _inherit = 'sale.order'

    customer_appointment_ids = fields.One2many(
        'customer.appointment', 'order_id', string='Appointments', groups=GROUP_SPECIALIST)

    def _action_confirm(self):
        """An order that is confirmed, by payment or by staff, confirms its appointment."""
        result = super()._action_confirm()
        # sudo: the payment speaks for the customer
        self.sudo().customer_appointment_ids._confirm_paid()
        return result

    def _action_cancel(self):
        """An offer that is rejected or cancelled gives the slot free that is held for it."""
        result = super()._action_cancel()
        # sudo: see above
        self.sudo().customer_appointment_ids.filtered(
            lambda one: one.state == 'offered' and one.hold_kind == 'payment')._cancel()
        return result

    def action_open_customer_appointments(self):
        """Open the appointments of the order, with the rights of the user."""
        self.ensure_one()
        self.check_access('read')
        return dict(
            self.env['ir.actions.act_window']._for_xml_id('customer_agenda.customer_appointment_action'),
            view_mode='list,form', views=[(False, 'list'), (False, 'form')], domain=[('order_id', '=', self.id)], context={})
