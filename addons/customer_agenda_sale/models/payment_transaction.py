from odoo import models


class PaymentTransaction(models.Model):
    _inherit = 'payment.transaction'

    def _post_process(self):
        """Tell staff and customer of money that came when the slot was given free already."""
        fresh = self.filtered(lambda one: (
            one.state == 'done' and not one.is_post_processed and one.operation not in ('refund', 'validation')))
        late = {one: one.sale_order_ids.customer_appointment_ids.filtered(
            lambda appointment: appointment.state == 'cancelled') for one in fresh}
        result = super()._post_process()
        for transaction, appointments in late.items():
            for appointment in appointments:
                amount = transaction.currency_id.format(transaction.amount)
                appointment._ask_staff(self.env._(
                    '%s was paid after the slot was given free: offer another time, or refund it', amount))
                appointment.with_context(lang=appointment.partner_id.lang)._tell_late_payment()
        return result
