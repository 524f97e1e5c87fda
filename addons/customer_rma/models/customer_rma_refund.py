"""The money: credit notes that take back what was invoiced, as invoiced, and refunds by the payment provider."""
from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Command

from ..const import REVERSAL_KEY
from ..policy import allocate

#: states of a transaction of which nothing more is to be expected
DEAD = ('cancel', 'error')


class CustomerRma(models.Model):
    _inherit = 'customer.rma'

    # ------------------------------------------------------------------
    # Credit notes
    # ------------------------------------------------------------------

    def _make_credit_notes(self):
        """Credit what is due now and was not credited yet; a second call credits nothing.

        There is one credit note an invoice, and one more for what is paid back in another way than money.

        :return: the new credit notes
        """
        self.ensure_one()
        self._lock_for_refund()
        notes = self.env['account.move']
        missing = self.line_ids.browse()
        by_invoice, taken = {}, {}
        for line in self.line_ids:
            due = line._quantity_due()
            if line.uom_id.compare(due, 0) <= 0:
                continue
            # two deliveries of one order line share its invoices
            parts, rest = allocate(due, [(part, left - taken.get(part, 0.0)) for part, left in line._creditable_parts()])
            for part, quantity in parts:
                taken[part] = taken.get(part, 0.0) + quantity
                by_invoice.setdefault((part.move_id, line._payback()), []).append((line, part, quantity))
            if line.uom_id.compare(rest, 0) > 0:
                missing |= line
        for (invoice, _payback), shares in by_invoice.items():
            notes |= self._make_credit_note(invoice, shares)
        if missing:
            env = self._for_staff().env
            self._tell_staff(
                env._('Nothing is invoiced for these goods, so nothing can be credited: %s',
                      ', '.join(missing.product_id.mapped('display_name'))),
                env._('Refund by hand'))
        for note in notes:
            self._offset_exchanges(note)
            self._add_gateway_jobs(note)
        return notes

    def _lock_for_refund(self):
        """Let of two parallel jobs on one return the second one see what the first one did."""
        self.flush_recordset()
        self.env.cr.execute('UPDATE customer_rma SET id = id WHERE id = ANY(%s)', [list(self.ids)])

    def _make_credit_note(self, invoice, shares):
        """Reverse an invoice as Odoo does, and keep of it what comes back.

        Prices, discounts, taxes and currency stay as they were invoiced.

        :param invoice: posted ``account.move``
        :param shares: list of ``(line of the return, invoice line, quantity in the unit of the product)``
        """
        today = fields.Date.context_today(self)
        note = invoice.with_company(invoice.company_id).with_context(**{REVERSAL_KEY: True})._reverse_moves([{
            'ref': self._for_customer().env._('%(number)s: return of %(invoice)s', number=self.number, invoice=invoice.name),
            'invoice_date': today, 'date': max(today, invoice.date), 'invoice_payment_term_id': False,
            'customer_rma_id': self.id, 'invoice_user_id': invoice.invoice_user_id.id}])
        copies = {line.customer_rma_origin_id: line for line in note.invoice_line_ids}
        commands, used = [], set()
        for line, part, quantity in shares:
            copy = copies[part]
            values = {
                'quantity': line.uom_id._compute_quantity(quantity, part.product_uom_id, round=False),
                'customer_rma_line_id': line.id,
                'price_unit': part.price_unit * line.refund_percent / 100.0}
            if copy in used:
                data = copy.with_context(include_business_fields=True, **{REVERSAL_KEY: True}).copy_data(values)[0]
                commands.append(Command.create({**data, 'move_id': note.id, 'customer_rma_origin_id': part.id}))
            else:
                used.add(copy)
                commands.append(Command.update(copy.id, values))
        commands += [Command.delete(line.id) for line in note.invoice_line_ids if line not in used]
        fees = self._restocking_fees(note, shares, copies)
        note.write({'invoice_line_ids': commands + fees})
        self._charge_shipping(note, next(iter(used)))
        note.action_post()
        open_lines = (invoice | note).line_ids.filtered(
            lambda line: line.account_id.account_type == 'asset_receivable' and not line.reconciled)
        if len(open_lines.move_id) > 1:  # what is not paid yet becomes less
            open_lines.reconcile()
        return note

    def _restocking_fees(self, note, shares, copies):
        """Return the commands for lines that take the restocking fees off a credit note, with the taxes of the goods."""
        commands, env = [], self._for_customer().env
        for line, part, quantity in shares:
            if not line.restocking_percent:
                continue
            data = copies[part].copy_data({
                'move_id': note.id, 'customer_rma_origin_id': False,
                'name': env._('Restocking fee of %(percent)s %%: %(product)s', percent=f'{line.restocking_percent:g}',
                              product=line.product_id.with_env(env).display_name),
                'quantity': line.uom_id._compute_quantity(quantity, part.product_uom_id, round=False),
                'price_unit': -part.price_unit * line.refund_percent * line.restocking_percent / 10000.0})[0]
            commands.append(Command.create(data))
        return commands

    def _charge_shipping(self, note, copy):
        """Take the fee for shipping off the first credit note of the return, no more than it credits.

        :param copy: a line of the credit note: account and taxes are as there
        """
        fee = max((line.shipping_fee for line in self.line_ids if not line.is_kept), default=0.0)
        if not fee or (self.credit_note_ids - note).filtered(lambda other: other.state != 'cancel'):
            return
        fee = self.company_id.currency_id._convert(fee, note.currency_id, self.company_id, note.invoice_date)
        data = copy.copy_data({
            'move_id': note.id, 'customer_rma_origin_id': False, 'product_id': False, 'product_uom_id': False,
            'name': self._for_customer().env._('Fee for the return shipment'), 'quantity': 1, 'discount': 0,
            'price_unit': -min(fee, note.amount_untaxed)})[0]
        note.write({'invoice_line_ids': [Command.create(data)]})

    # ------------------------------------------------------------------
    # Refunds
    # ------------------------------------------------------------------

    def _add_gateway_jobs(self, note, suffix=''):
        """Plan to pay a credit note back by the transactions by which its invoice was paid; the rest is for people.

        :param str suffix: what tells a second time from the first one, in the keys of the jobs
        """
        rest = note.amount_residual
        for transaction, left in self._refundable_transactions(note):
            amount = note.currency_id.round(min(rest, left))
            if note.currency_id.compare_amounts(amount, 0) <= 0:
                continue
            if not transaction._customer_can_refund(amount):
                continue
            self._add_job('gateway', f'note-{note.id}-{transaction.id}{suffix}', move_id=note.id,
                          transaction_id=transaction.id, amount=amount)
            rest -= amount
        if note.currency_id.compare_amounts(rest, 0) > 0:
            env = self._for_staff().env
            self._tell_staff(
                env._('%(amount)s of %(note)s cannot be refunded by a payment provider: pay it back by hand.',
                      amount=note.currency_id.with_env(env).format(rest), note=note.name),
                env._('Pay back by hand'))

    def _refundable_transactions(self, note):
        """Return ``[(transaction, what is left to refund of it)]`` for a credit note, the newest first."""
        invoice = note.reversed_entry_id
        orders = invoice.line_ids.sale_line_ids.order_id
        transactions = (invoice.transaction_ids | orders.transaction_ids).filtered(
            lambda tx: tx.state == 'done' and tx.operation not in ('refund', 'validation')
            and tx.currency_id == note.currency_id)
        planned = {}
        for job in self.env['customer.rma.job'].search([
                ('transaction_id', 'in', transactions.ids), ('kind', '=', 'gateway'),
                ('refund_transaction_id', '=', False), ('state', '=', 'todo')]):
            planned[job.transaction_id] = planned.get(job.transaction_id, 0.0) + job.amount
        return [
            (tx, tx.amount - tx._customer_refunded_amount() - planned.get(tx, 0.0))
            for tx in transactions.sorted('id', reverse=True)]

    def _has_running_refund(self):
        """Tell whether a refund is planned or on its way."""
        return bool(self.job_ids.filtered(
            lambda job: job.kind == 'gateway' and job.state in ('todo', 'sending', 'waiting')))


class CustomerRmaLine(models.Model):
    _inherit = 'customer.rma.line'

    def _payback(self):
        """Return how the credit of the line is paid back, ``'money'``; other addons know further ways."""
        self.ensure_one()
        return 'money'

    def _creditable_parts(self):
        """Return ``[(invoice line, quantity that is not credited yet)]`` of the order line, the oldest first.

        Quantities are in the unit of the product. Credit notes of any origin count, also those made by hand.
        """
        self.ensure_one()
        parts = self.order_line_id.invoice_lines.filtered(lambda part: part.parent_state == 'posted')
        bills = parts.filtered(lambda part: part.move_id.move_type == 'out_invoice').sorted(
            lambda part: (part.move_id.invoice_date, part.id))
        result = []
        credits_by_hand = {}
        for part in self.order_line_id.invoice_lines:
            if part.move_id.move_type == 'out_refund' and part.move_id.state != 'cancel' and not part.customer_rma_origin_id:
                key = part.move_id.reversed_entry_id
                credits_by_hand[key] = credits_by_hand.get(key, 0.0) + self._in_unit(part)
        for bill in bills:
            credited = sum(
                self._in_unit(part) for part in self.env['account.move.line'].search([
                    ('customer_rma_origin_id', '=', bill.id), ('parent_state', '!=', 'cancel')]))
            by_hand = min(credits_by_hand.get(bill.move_id, 0.0), self._in_unit(bill))
            credits_by_hand[bill.move_id] = credits_by_hand.get(bill.move_id, 0.0) - by_hand
            result.append((bill, self._in_unit(bill) - credited - by_hand))
        return result

    def _in_unit(self, part):
        """Return the quantity of an invoice line in the unit of the product."""
        return part.product_uom_id._compute_quantity(part.quantity, self.uom_id, round=False)


class PaymentTransaction(models.Model):
    _inherit = 'payment.transaction'

    def _customer_refunded_amount(self):
        """Return what of the transaction went back or is on its way back, in its currency."""
        self.ensure_one()
        return -sum(self.child_transaction_ids.filtered(
            lambda child: child.operation == 'refund' and child.state not in DEAD).mapped('amount'))

    def _customer_can_refund(self, amount):
        """Tell whether the provider and the method of the transaction can pay that amount back."""
        self.ensure_one()
        method = self.payment_method_id.primary_payment_method_id or self.payment_method_id
        supports = {self.provider_id.support_refund, method.support_refund}
        if 'none' in supports or not all(supports) or self.provider_id.state == 'disabled':
            return False
        return 'full_only' not in supports or self.currency_id.compare_amounts(amount, self.amount) == 0


class CustomerRmaJob(models.Model):
    _inherit = 'customer.rma.job'

    def _prepare_gateway(self):
        """Create the transaction of the refund; it is committed before the provider is asked.

        So a worker that dies in between leaves a trace, and nobody asks a second time without looking.
        """
        self.ensure_one()
        if self.refund_transaction_id and self.refund_transaction_id.state not in DEAD:
            self._follow_gateway()  # a job that is repeated
            return
        source, note = self.transaction_id, self.move_id
        if note.currency_id.compare_amounts(self.amount, note.amount_residual) > 0:
            raise ValidationError(self.env._('%s was paid back already.', note.name))
        if self.amount > source.amount - source._customer_refunded_amount() + source.currency_id.rounding / 2:
            raise ValidationError(self.env._('The payment was refunded already.'))
        refund = source._create_child_transaction(self.amount, is_refund=True, customer_rma_id=self.rma_id.id)
        # for Odoo the refund pays the credit note
        refund.invoice_ids = [Command.set(self.move_id.ids)]
        self.write({'state': 'sending', 'refund_transaction_id': refund.id})

    def _send_gateway(self):
        """Ask the provider for the refund, once, and follow its answer."""
        self.ensure_one()
        refund = self.refund_transaction_id
        refund._log_sent_message()
        try:
            refund._send_refund_request()
        except ValidationError as error:
            refund._set_error(str(error))
        self._follow_gateway()

    def _follow_gateway(self):
        """Follow the state of the transaction: done, refused (a new one is tried later), or still on its way."""
        self.ensure_one()
        refund = self.refund_transaction_id
        if refund.state == 'done':
            if not refund.is_post_processed:
                refund._post_process()
            orders = self.move_id.line_ids.sale_line_ids.order_id
            refund.sale_order_ids = [Command.link(order.id) for order in orders]
            self.write({'state': 'done', 'error': False})
            self.rma_id._add_refund()
        elif refund.state in DEAD:
            self.refund_transaction_id = False
            self._fail(refund.state_message or self.env._('The payment provider refused the refund.'))
        else:
            self.state = 'waiting'

    @api.model
    def _cron_follow(self):
        """Look after refunds that the provider answers later, also after a worker was interrupted while it asked."""
        for job in self.search([
                ('state', 'in', ('waiting', 'failed')), ('kind', '=', 'gateway'), ('refund_transaction_id', '!=', False)]):
            if job.refund_transaction_id.state not in ('draft', 'pending', 'authorized'):
                job._follow_gateway()
