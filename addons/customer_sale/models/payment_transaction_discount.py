"""The discount for early payment, booked to the cent when a customer pays online."""
from odoo import fields, models


class PaymentTransaction(models.Model):
    _inherit = 'payment.transaction'

    def _create_payment(self, **extra_create_values):
        """Book the discount of all invoices of the transaction, with all their taxes.

        Odoo books it for a transaction of one invoice with one tax, if the provider answers on the same day. Here it
        counts when the customer paid: a late webhook takes no discount away.
        """
        self.ensure_one()
        lines = self._customer_discount_lines()
        if lines:
            extra_create_values['write_off_line_vals'] = [*extra_create_values.get('write_off_line_vals', ()), *lines]
        return super(PaymentTransaction, self.with_context(customer_discount_booked=True))._create_payment(
            **extra_create_values)

    def _customer_discount_lines(self):
        """Return the entries of the discounts (list of values), if the transaction pays just what was left after them."""
        invoices = self.invoice_ids.filtered(lambda invoice: invoice.state == 'posted')
        if not invoices or invoices.currency_id != self.currency_id:
            return []
        started = fields.Date.context_today(self, self.create_date)
        discounts = {invoice: invoice._customer_discounted(started) for invoice in invoices}
        left = sum(
            amount if line else invoice.amount_residual for invoice, (amount, line) in discounts.items())
        if self.currency_id.compare_amounts(self.amount, left):
            return []
        return [values for invoice, (_amount, line) in discounts.items() if line
                for values in self._discount_entries(invoice, line)]

    def _discount_entries(self, invoice, line):
        """Return the entries that settle one invoice beside the money."""
        found = invoice._get_invoice_counterpart_amls_for_early_payment_discount(
            [{'aml': line, 'amount_currency': -line.amount_residual_currency, 'balance': -line.balance}],
            line.balance - line.discount_balance)
        return [{**values, 'partner_id': invoice.partner_id.id} for entries in found.values() for values in entries]
