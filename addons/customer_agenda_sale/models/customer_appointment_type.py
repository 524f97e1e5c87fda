from odoo import fields, models
from odoo.fields import Command


class CustomerAppointmentType(models.Model):
    _inherit = 'customer.appointment.type'

    product_id = fields.Many2one(
        'product.product', string='Price of', ondelete='restrict', check_company=True, index='btree_not_null',
        domain=[('sale_ok', '=', True), ('type', '=', 'service')],
        help='What customers book costs as much as this product; the slot is held until they have paid. Empty: free of '
             'charge. Staff book without payment.')
    payment_minutes = fields.Integer(
        string='Time to pay (minutes)', default=30, help='So long the slot is held for who books.')

    _payment_minutes_positive = models.Constraint(
        'CHECK(product_id IS NULL OR payment_minutes > 0)', 'Customers need some time to pay.')

    def _order_values(self, partner, company):
        """Return the values of the offer for an appointment of this type.

        :param partner: who books
        :param company: who sells
        """
        return {
            'partner_id': partner.id, 'company_id': company.id, 'require_payment': True, 'require_signature': False,
            'prepayment_percent': 1.0, 'validity_date': False,
            'order_line': [Command.create({'product_id': self.product_id.id, 'product_uom_qty': 1})]}

    def _price_for(self, partner, company):
        """Return what the type costs a customer: dict ``total``, ``tax`` (amounts), ``currency``; None if nothing.

        Pricelist, taxes and fiscal position are those of the order that a booking makes.

        :param partner: who books, in sudo
        :param company: who sells
        """
        self.ensure_one()
        if not self.product_id:
            return None
        # sudo: a customer sees the price, and has no right on offers
        order_sudo = self.env['sale.order'].sudo().with_company(self.company_id or company).new(
            self._order_values(partner, self.company_id or company))
        currency = order_sudo.currency_id
        if currency.is_zero(order_sudo.amount_total):
            return None
        return {'total': order_sudo.amount_total, 'tax': order_sudo.amount_tax, 'currency': currency}
