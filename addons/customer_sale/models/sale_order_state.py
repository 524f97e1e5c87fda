"""How far an order is and what is left to pay, as the customer sees it: computed, never stored."""
from odoo import api, fields, models

from odoo.addons.customer_services.fetching import fetch_lines

from ..const import ORDER_STATES


class SaleOrder(models.Model):
    _inherit = 'sale.order'

    customer_state = fields.Selection(
        ORDER_STATES, string='State for the customer', compute='_compute_customer_state', compute_sudo=True)
    customer_amount_open = fields.Monetary(
        string='Left to pay', compute='_compute_customer_amount_open', compute_sudo=True,
        help='What the customer still has to pay by the order itself or by its posted invoices.')
    customer_amount_payable = fields.Monetary(
        string='To pay by the order', compute='_compute_customer_amount_open', compute_sudo=True,
        help='The part that no invoice asks for yet.')

    @api.depends(
        'state', 'amount_total', 'transaction_ids.state', 'transaction_ids.amount',
        'order_line.invoice_lines.move_id.state', 'order_line.invoice_lines.move_id.amount_residual')
    def _compute_customer_amount_open(self):
        # in groups, since most orders of a list are paid: setting a field costs more than computing its value
        for (_currency, amounts), orders in self.grouped(
                lambda order: (order.currency_id, order._customer_amounts())).items():
            orders.customer_amount_open, orders.customer_amount_payable = amounts

    def _fetch_for_customer_state(self):
        """Read together, and no more than that, what the states of many orders are computed from (in sudo).

        :return: the lines of the orders
        """
        lines = fetch_lines(self, 'order_line', self._line_fields_of_state())
        lines.invoice_lines.fetch(['move_id'])
        lines.invoice_lines.move_id.fetch([
            'state', 'move_type', 'amount_total', 'amount_residual', 'currency_id', 'company_id', 'invoice_date'])
        return lines

    @api.model
    def _line_fields_of_state(self):
        """Return the names of the fields of lines that the states of orders are computed from."""
        return ['display_type', 'product_uom_id']

    def _customer_amounts(self):
        """Return ``(left to pay in all, left to pay by the order itself)`` in the order's currency.

        Posted invoices are paid as invoices: the order asks only for what none of them covers. Payments by the order
        that are not reconciled with its invoices yet count. Once something was credited, only invoices are paid.
        """
        self.ensure_one()
        if self.state != 'sale':
            return 0.0, 0.0
        bills, credit_notes = self._posted_invoices()
        residual = sum(self._in_order_currency(move, move.amount_residual) for move in bills)
        if credit_notes:
            return residual, 0.0
        unallocated = sum(
            self._unallocated_amount(transaction) for transaction in self.transaction_ids
            if transaction.state in ('authorized', 'done') and transaction.operation != 'refund')
        payable = 0.0
        if self.invoice_status != 'invoiced':
            invoiced = sum(self._in_order_currency(move, move.amount_total) for move in bills)
            payable = max(self.currency_id.round(self.amount_total - invoiced - max(unallocated - residual, 0.0)), 0.0)
        return self.currency_id.round(max(residual - unallocated, 0.0) + payable), payable

    def _add_base_lines_for_early_payment_discount(self):
        """Compute the tax on the discounted price as the invoice does, so that both have the same total.

        Odoo's order takes the discount of prices with included tax for a price with tax, and rounds line by line.
        """
        merged = {}
        for line in super()._add_base_lines_for_early_payment_discount():
            first = merged.setdefault(line['tax_ids'], {**line, 'price_unit': 0.0, 'special_mode': 'total_excluded'})
            first['price_unit'] += line['currency_id'].round(line['price_unit'])
        return list(merged.values())

    def _posted_invoices(self):
        """Return the posted invoices of the order, and the posted credit notes."""
        # as Odoo's invoice_ids, whose computation costs more than all that is asked for here
        moves = self.order_line.invoice_lines.move_id
        if not moves:
            return moves, moves
        moves = moves.filtered(lambda move: move.state == 'posted')
        bills = moves.filtered(lambda move: move.move_type == 'out_invoice')
        return bills, (moves - bills).filtered(lambda move: move.move_type == 'out_refund')

    def _in_order_currency(self, move, amount):
        if move.currency_id == self.currency_id:
            return amount
        return move.currency_id._convert(
            amount, self.currency_id, move.company_id, move.invoice_date or fields.Date.today())

    def _unallocated_amount(self, transaction):
        """Return what of a transaction's amount is not reconciled with any invoice, in its currency."""
        payment = transaction.payment_id
        if not payment.move_id:
            return 0.0 if transaction.invoice_ids.filtered(lambda move: move.state == 'posted') else transaction.amount
        lines = payment.move_id.line_ids.filtered(
            lambda line: line.account_id == payment.destination_account_id)
        return -sum(lines.mapped('amount_residual_currency'))

    @api.depends('customer_amount_open')
    def _compute_customer_state(self):
        for state, orders in self.grouped(lambda order: order._customer_state()).items():
            orders.customer_state = state

    def _customer_state(self):
        """Return how far one order is; addons that know more (shipments) extend this."""
        self.ensure_one()
        if self.state in ('draft', 'sent'):
            return 'offer'
        if self.state == 'cancel':
            return 'cancelled'
        bills, credit_notes = self._posted_invoices()
        if credit_notes and self._is_refunded(bills, credit_notes):
            return 'refunded'
        if self.currency_id.is_zero(self.customer_amount_open):
            return 'paid' if self.amount_total else 'placed'
        return 'awaiting_payment' if self._is_payment_due(bills) else 'placed'

    def _is_refunded(self, bills, credit_notes):
        """Tell whether all that was invoiced was credited."""
        credited, invoiced = sum(credit_notes.mapped('amount_total')), sum(bills.mapped('amount_total'))
        return bool(credited) and self.currency_id.compare_amounts(credited, invoiced) >= 0

    def _is_payment_due(self, bills):
        """Tell whether the order waits for the customer's money: an invoice is open, or payment was asked for online."""
        return bool(self.require_payment or any(
            not move.currency_id.is_zero(move.amount_residual) for move in bills))

    def _can_pay_rest(self):
        """Tell whether the customer may pay what is left of a confirmed order."""
        self.ensure_one()
        order_sudo = self.sudo()
        return (
            order_sudo.state == 'sale' and order_sudo.customer_amount_payable > 0
            and not order_sudo._has_running_payment())


class SaleOrderLine(models.Model):
    _inherit = 'sale.order.line'

    customer_state = fields.Selection(
        ORDER_STATES, string='State for the customer', compute='_compute_customer_state', compute_sudo=True)

    @api.depends('order_id.customer_state', 'invoice_lines.move_id.state', 'invoice_lines.move_id.payment_state')
    def _compute_customer_state(self):
        for line in self:
            line.customer_state = False if line.display_type else line._customer_state()

    def _customer_state(self):
        """Return how far one line is; addons that know more (shipments) extend this."""
        self.ensure_one()
        state = self.order_id.customer_state
        if state in ('offer', 'cancelled', 'refunded', 'paid'):
            return state
        moves = self.invoice_lines.move_id.filtered(lambda move: move.state == 'posted')
        bills = moves.filtered(lambda move: move.move_type == 'out_invoice')
        if self.product_uom_qty and not self.qty_invoiced and moves - bills:
            return 'refunded'
        if bills and all(move.currency_id.is_zero(move.amount_residual) for move in bills) and (
                self.qty_invoiced >= self.product_uom_qty):
            return 'paid'
        return 'awaiting_payment' if self.order_id._is_payment_due(self.order_id._posted_invoices()[0]) else 'placed'
