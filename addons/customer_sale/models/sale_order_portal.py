from datetime import timedelta

from odoo import fields, models
from odoo.exceptions import AccessError
from odoo.fields import Command


class SaleOrder(models.Model):
    """What customers do with orders beside answering offers."""

    _inherit = 'sale.order'

    def _reorder_by_customer(self):
        """Create an offer for the same goods at today's prices, for staff to check and send.

        :return: the new order, in sudo
        :raises AccessError: if the user has no access to the order by a login of his own
        """
        self.ensure_one()
        if self.env.su or self._customer_restriction() != 'portal':
            raise AccessError(self.env._('Only customers can do this in the portal.'))
        self.check_access('read')
        self.env['customer.document.mixin']._check_customer_may_create(self.env.user.partner_id)
        partner = self.env.user.partner_id
        # sudo: the order was checked; the new one belongs to the user's own customer and copies goods only
        order_sudo = self.sudo()
        if partner.commercial_partner_id != order_sudo.commercial_partner_id:
            partner = order_sudo.partner_id
        lines = order_sudo.order_line.filtered(lambda line: line._is_reorderable())
        new_sudo = order_sudo.with_company(order_sudo.company_id).create({
            'partner_id': partner.id,
            'company_id': order_sudo.company_id.id,
            'user_id': order_sudo.user_id.id,
            'origin': order_sudo.name,
            'order_line': [Command.create({
                'product_id': line.product_id.id, 'product_uom_qty': line.product_uom_qty,
                'product_uom_id': line.product_uom_id.id}) for line in lines],
        })
        new_sudo.message_post(body=self.env._('%(name)s asks for the goods of %(order)s again.',
                                              name=self.env.user.name, order=order_sudo.name))
        if order_sudo.user_id:
            new_sudo.activity_schedule('mail.mail_activity_data_todo', user_id=order_sudo.user_id.id,
                                       summary=self.env._('Check the offer and send it'))
        return new_sudo

    def _customer_demo_invoices(self, kind='overdue'):
        """Invoice the demo orders, one as ``kind`` says (demo data only).

        :param str kind: ``overdue`` (the further ones are open), ``paid``, ``terms``: by the payment terms of the order
        """
        if not self.env['account.journal'].search_count([('type', '=', 'sale')], limit=1):
            return
        days = {'overdue': 50, 'paid': 40, 'terms': 5}[kind]
        for order in self:
            invoice = order._create_invoices()
            date = fields.Date.today() - timedelta(days=days)
            invoice.invoice_date = date
            if kind != 'terms':
                invoice.write({'invoice_payment_term_id': False, 'invoice_date_due': date + timedelta(days=30)})
            invoice.action_post()
            if kind == 'paid':
                self.env['account.payment.register'].with_context(
                    active_model='account.move', active_ids=invoice.ids).create({})._create_payments()
            days = 10

    def _can_reorder(self):
        """Tell whether something of the order is still sold."""
        self.ensure_one()
        return self.state in ('sale', 'cancel') and any(
            line._is_reorderable() for line in self.sudo().order_line)


class SaleOrderLine(models.Model):
    _inherit = 'sale.order.line'

    def _is_reorderable(self):
        """Tell whether the line is a product that is still sold and no down payment, delivery or reward."""
        self.ensure_one()
        return bool(
            not self.display_type and not self.is_downpayment and self.product_id.active
            and self.product_id.sale_ok and not self._is_delivery())
