"""The nightly reconciliation: what a return says, the stock, the ledger and the provider must agree."""
from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

#: closed returns that are looked at once more
AUDIT_DAYS = 90
#: quantities that differ by less are equal
EPSILON = 1e-6


class CustomerRma(models.Model):
    _inherit = 'customer.rma'

    @api.model
    def _cron_reconcile(self):
        """Compare each return of the last months with moves, credit notes and refunds; what differs is an activity."""
        since = fields.Datetime.now() - timedelta(days=AUDIT_DAYS)
        rmas = self.search(
            (Domain('is_closed', '=', False) | Domain('closed_date', '>=', since)) & Domain('approved_date', '!=', False))
        stock, ledger = rmas._moved_quantities(), rmas._credited_quantities()
        for rma in rmas:
            staff = rma._for_staff()
            problems = staff._differences(stock, ledger)
            if problems:
                rma._tell_staff('\n'.join(problems), staff.env._('Goods and money do not agree'))

    def _moved_quantities(self):
        """Return from the table of moves what came back, by the id of the line: dict from the id of a product, in its unit."""
        self.env.flush_all()
        moved = {}
        for line, product, quantity in self.env.execute_query(SQL(
            'SELECT move.customer_rma_line_id, move.product_id, SUM(ml.quantity_product_uom * CASE'
            " WHEN source.usage = 'customer' THEN 1 WHEN target.usage = 'customer' THEN -1 ELSE 0 END)"
            ' FROM stock_move move JOIN stock_move_line ml ON ml.move_id = move.id'
            ' JOIN stock_location source ON source.id = move.location_id'
            ' JOIN stock_location target ON target.id = move.location_dest_id'
            ' JOIN customer_rma_line line ON line.id = move.customer_rma_line_id'
            " WHERE move.state = 'done' AND line.rma_id = ANY(%s) GROUP BY 1, 2", list(self.ids))):
            moved.setdefault(line, {})[product] = float(quantity or 0.0)
        return moved

    def _credited_quantities(self):
        """Return from the table of entries what was credited, by the id of the line, in the unit of the invoice."""
        return dict(self.env.execute_query(SQL(
            'SELECT part.customer_rma_line_id, SUM(part.quantity) FROM account_move_line part'
            ' JOIN account_move move ON move.id = part.move_id'
            ' JOIN customer_rma_line line ON line.id = part.customer_rma_line_id'
            " WHERE move.state = 'posted' AND move.move_type = 'out_refund' AND line.rma_id = ANY(%s)"
            ' GROUP BY part.customer_rma_line_id', list(self.ids))))

    def _differences(self, stock, ledger):
        """Return what does not agree about one return, as list of texts.

        :param dict stock: see :meth:`_moved_quantities`
        :param dict ledger: see :meth:`_credited_quantities`
        """
        self.ensure_one()
        problems = []
        for line in self.line_ids:
            name = line.product_id.display_name
            moved, credited = line._count_received(stock.get(line.id) or {}), float(ledger.get(line.id) or 0.0)
            if abs(moved - line.quantity_received) > EPSILON:
                problems.append(self.env._(
                    '%(product)s: received %(here)s, moved %(there)s.', product=name, here=line.quantity_received,
                    there=moved))
            units = line.refund_line_ids.product_uom_id | line.uom_id
            if len(units) == 1 and abs(credited - line.quantity_refunded) > EPSILON:
                problems.append(self.env._(
                    '%(product)s: refunded %(here)s, credited %(there)s.', product=name, here=line.quantity_refunded,
                    there=credited))
            if max(line.quantity_received, line.quantity_refunded, line.quantity_replaced) - line.quantity_approved > EPSILON:
                problems.append(self.env._('%s: more came back, was refunded or replaced than was approved.', name))
        return problems + self._money_differences()

    def _money_differences(self):
        notes = self.credit_note_ids.filtered(lambda note: note.state == 'posted')
        refunds = self.refund_transaction_ids.filtered(lambda tx: tx.state == 'done')
        problems = []
        for currency in refunds.currency_id:
            paid = -sum(refunds.filtered(lambda tx: tx.currency_id == currency).mapped('amount'))
            owed = sum(notes.filtered(lambda note: note.currency_id == currency).mapped('amount_total'))
            if currency.compare_amounts(paid, owed) > 0:
                problems.append(self.env._(
                    '%(paid)s were refunded, but %(owed)s credited.', paid=currency.format(paid), owed=currency.format(owed)))
        if refunds.filtered(lambda tx: not tx.payment_id):
            problems.append(self.env._('A refund of the payment provider has no payment in the books.'))
        if self.state == 'resolved' and notes.filtered(
                lambda note: not note.currency_id.is_zero(note.amount_residual)):
            problems.append(self.env._('The return is closed, but a credit note is open.'))
        return problems
