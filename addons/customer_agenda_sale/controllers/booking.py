from odoo.http import request

from odoo.addons.customer_agenda.controllers.booking import CustomerAppointmentBooking


class CustomerAppointmentSaleBooking(CustomerAppointmentBooking):

    def _booking_values(self, kinds_sudo, kind_sudo):
        """Show what each type costs before anybody books it."""
        values = super()._booking_values(kinds_sudo, kind_sudo)
        user = request.env.user
        # sudo: the contact of the visitor himself, for his prices and taxes
        partner_sudo = user.sudo().partner_id
        return dict(values, prices={
            kind.id: kind._price_for(partner_sudo, user.company_id) for kind in kinds_sudo if kind.product_id})
