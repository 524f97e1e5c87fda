"""Nobody pays twice: what is checked before a payment starts, and what is told when money came in that was not asked for."""
from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.http import request

#: states in which money is there or on its way
RUNNING = ('pending', 'authorized', 'done')


class PaymentTransaction(models.Model):
    _inherit = 'payment.transaction'

    customer_address = fields.Char(
        string='From address', readonly=True, copy=False, help='Network address from which the payment was started.')
    customer_user_id = fields.Many2one('res.users', string='Started by', readonly=True, copy=False)

    @api.model_create_multi
    def create(self, vals_list):
        """Keep who started a payment in the portal, and from where."""
        if request and request.env.user.share:
            user = request.env.user
            origin = {
                'customer_address': request.httprequest.remote_addr,
                'customer_user_id': False if user._is_public() else user.id}
            vals_list = [{**origin, **vals} for vals in vals_list]
        return super().create(vals_list)

    def _customer_answer_values(self):
        """Return what is kept with an offer that was accepted by this payment."""
        self.ensure_one()
        return {
            'customer_answer_partner_id': self.customer_user_id.partner_id.id,
            'customer_answer_name': self.partner_name,
            'customer_answer_address': self.customer_address,
        }

    # ------------------------------------------------------------------
    # Before a payment starts
    # ------------------------------------------------------------------

    @api.model
    def _check_payable(self, orders, invoices, amount):
        """Refuse a payment of what is not open (any more); the documents stay locked until the transaction ends.

        The rows are written, not only locked: of two parallel requests the second one fails, is tried again by Odoo,
        and then sees what the first one did.

        :param orders: the ``sale.order`` to pay, in sudo
        :param invoices: the ``account.move`` to pay, in sudo
        :param float amount: what is to be paid, in their currency
        :raises ValidationError: with a message for the customer
        """
        invoices = invoices.filtered(lambda move: move.is_invoice(include_receipts=True))
        for documents in (orders, invoices):
            if documents:
                documents._lock_for_payment()
        for order in orders:
            self._check_order_payable(order, amount)
        if not invoices:
            return
        if any(not invoice._has_to_be_paid() for invoice in invoices):
            raise ValidationError(self.env._('This invoice is paid already, or a payment is on its way.'))
        if len(invoices.currency_id) > 1 or len(invoices.company_id) > 1:
            raise ValidationError(self.env._('Please pay invoices of one currency at a time.'))
        if invoices.currency_id.compare_amounts(amount, sum(invoices.mapped('amount_residual'))) > 0:
            raise ValidationError(self.env._('The amount is more than what is left to pay.'))

    @api.model
    def _check_order_payable(self, order, amount):
        """Refuse a payment of one order that is cancelled, expired or paid.

        :raises ValidationError: with a message for the customer
        """
        if order.state == 'cancel' or order.is_expired:
            raise ValidationError(self.env._('This offer cannot be paid any more.'))
        running = order.transaction_ids.filtered(
            lambda transaction: transaction.state in RUNNING and transaction.provider_code not in ('none', 'custom'))
        if order.state == 'sale':
            on_its_way = sum(running.filtered(lambda tx: tx.state == 'pending').mapped('amount'))
            left = order.customer_amount_open - on_its_way
        else:
            left = order.amount_total - sum(running.mapped('amount'))
        if order.currency_id.compare_amounts(amount, left) > 0:
            raise ValidationError(self.env._(
                'The amount is more than what is left to pay, or a payment is on its way.'))

    # ------------------------------------------------------------------
    # When the provider answers
    # ------------------------------------------------------------------

    def _process(self, provider_code, payment_data):
        """Where nothing was charged yet (demo provider), a second payment of the same document fails."""
        transaction = self or self._search_by_reference(provider_code, payment_data)
        if provider_code == 'demo' and transaction.state == 'draft' and transaction.operation != 'refund' and (
                transaction._is_settled_otherwise()):
            transaction._set_error(self.env._('This was paid already. Nothing was charged.'))
            return transaction
        return super(PaymentTransaction, transaction or self)._process(provider_code, payment_data)

    def _is_settled_otherwise(self):
        """Tell whether what the transaction pays was paid by others meanwhile, with its documents locked.

        Also if less than its amount is left: of two payments with discount the first one leaves the discount open until
        it is booked.
        """
        self.ensure_one()
        invoices, orders = self.invoice_ids, self.sale_order_ids
        if not invoices and not orders:
            return False
        for documents in (orders, invoices):
            if documents:
                documents._lock_for_payment()
        others = (invoices.transaction_ids | orders.transaction_ids) - self
        paid = sum(others.filtered(lambda tx: tx.state in RUNNING and tx.operation != 'refund'
                                   and not tx.is_post_processed).mapped('amount'))
        if invoices:
            left = sum(invoices.mapped('amount_residual')) - paid
        else:
            left = sum(order.customer_amount_open if order.state == 'sale' else order.amount_total - sum(
                others.filtered(lambda tx: tx.state in RUNNING).mapped('amount')) for order in orders)
        compare = self.currency_id.compare_amounts
        return compare(left, 0) <= 0 or bool(paid) and compare(left, self.amount) < 0

    def _update_state(self, allowed_states, target_state, state_message):
        """Tell staff when a provider reports money for a transaction that was given up."""
        refused = self.filtered(
            lambda tx: target_state == 'done' and tx.state == 'cancel' and tx.state not in allowed_states)
        for transaction in refused:
            transaction._tell_staff_about_money(self.env._(
                'The provider reports a payment of %(amount)s for %(reference)s, which was cancelled. Check it there.',
                amount=transaction.currency_id.format(transaction.amount), reference=transaction.reference))
        return super()._update_state(allowed_states, target_state, state_message)

    def _post_process(self):
        """Tell staff about money for what was cancelled or paid already; Odoo keeps it as the customer's credit."""
        fresh = self.filtered(
            lambda tx: tx.state == 'done' and not tx.is_post_processed and tx.operation not in ('refund', 'validation'))
        surplus = fresh.filtered(lambda tx: tx._is_not_asked_for())
        result = super()._post_process()
        for transaction in surplus:
            transaction._tell_staff_about_money(self.env._(
                'Payment %(reference)s of %(amount)s came in, but nothing was left to pay. Refund it or allocate it.',
                amount=transaction.currency_id.format(transaction.amount), reference=transaction.reference))
        return result

    def _is_not_asked_for(self):
        """Tell whether the orders of the transaction are cancelled, or its invoices are paid or cancelled."""
        self.ensure_one()
        invoices, orders = self.invoice_ids, self.sale_order_ids
        if invoices:
            return all(invoice.state == 'cancel' or (
                invoice.state == 'posted' and invoice.currency_id.is_zero(invoice.amount_residual))
                for invoice in invoices)
        return bool(orders) and all(order.state == 'cancel' for order in orders)

    def _tell_staff_about_money(self, text):
        """Note a text on the documents of the transaction and plan an activity for who is responsible."""
        self.ensure_one()
        documents = self.sale_order_ids or self.invoice_ids
        for document in documents:
            user = document.user_id if document._name == 'sale.order' else document.invoice_user_id
            document.message_post(body=text, subtype_xmlid='mail.mt_note')
            if user._is_internal() if user else False:
                document.activity_schedule('mail.mail_activity_data_todo', user_id=user.id, summary=text[:120])
