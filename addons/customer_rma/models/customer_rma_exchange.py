"""Goods instead of money: the same product once more, or another one with the difference in price."""
from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Command

from ..const import SETTLED


class CustomerRma(models.Model):
    _inherit = 'customer.rma'

    exchange_order_ids = fields.One2many(
        'sale.order', 'customer_rma_id', string='Orders in exchange', copy=False, groups='base.group_user')

    def _settle_due(self):
        """Give for what is due now and was not given yet: other products, credit notes, the same product once more."""
        self.ensure_one()
        self._lock_for_refund()
        self._make_exchanges()
        self._make_credit_notes()
        self._make_replacements()
        self._release_exchanges()

    # ------------------------------------------------------------------
    # The same product
    # ------------------------------------------------------------------

    def _make_replacements(self):
        """Send the same product once more, by the rules of the order line by which it was sold."""
        procurements = []
        for line in self.line_ids.filtered(lambda line: line.resolution == 'replace'):
            quantity = line._replacement_due()
            if line.uom_id.compare(quantity, 0) <= 0:
                continue
            sold = line.order_line_id.with_company(self.company_id)
            values = {
                **sold._prepare_procurement_values(), 'customer_rma_replacement_id': line.id,
                'date_planned': fields.Datetime.now(), 'date_deadline': False}
            procurements += sold._create_procurements(quantity, line.uom_id, values)
        if procurements:
            self.env['stock.rule'].run(procurements)

    # ------------------------------------------------------------------
    # Another product
    # ------------------------------------------------------------------

    def _make_exchanges(self):
        """Order and invoice other products; they are shipped once the invoice is settled.

        The credit note of the goods that come back is offset against that invoice: a dearer product leaves a rest that
        the customer pays, a cheaper one a rest that goes back to him.
        """
        due = {line: line._exchange_due() for line in self.line_ids if line.resolution == 'exchange'}
        due = {line: quantity for line, quantity in due.items() if line.uom_id.compare(quantity, 0) > 0}
        for sold in {line.order_id: None for line in due}:
            order = self.env['sale.order'].with_company(self.company_id).create(self._prepare_exchange_order(
                sold, {line: quantity for line, quantity in due.items() if line.order_id == sold}))
            order.action_confirm()
            order._create_invoices().action_post()

    def _prepare_exchange_order(self, sold, due):
        """Return the values of an order of other products.

        :param sold: the order of the goods that come back
        :param dict due: line of the return -> quantity in the unit of the product
        """
        return {
            'partner_id': sold.partner_id.id, 'partner_invoice_id': sold.partner_invoice_id.id,
            'partner_shipping_id': sold.partner_shipping_id.id, 'pricelist_id': sold.pricelist_id.id,
            'fiscal_position_id': sold.fiscal_position_id.id, 'company_id': sold.company_id.id,
            'warehouse_id': sold.warehouse_id.id, 'user_id': sold.user_id.id, 'team_id': sold.team_id.id,
            'payment_term_id': False, 'require_signature': False, 'require_payment': False, 'origin': self.number,
            'customer_rma_id': self.id, 'customer_rma_hold': True,
            'order_line': [Command.create({
                'product_id': line.exchange_product_id.id, 'product_uom_qty': quantity,
                'customer_rma_line_id': line.id}) for line, quantity in due.items()]}

    def _offset_exchanges(self, note):
        """Let a credit note of the return pay the invoices of what was ordered in exchange."""
        for invoice in self.exchange_order_ids.invoice_ids.filtered(lambda invoice: invoice.state == 'posted'):
            lines = (note | invoice).line_ids.filtered(
                lambda line: line.account_id.account_type == 'asset_receivable' and not line.reconciled)
            if len(lines.move_id) > 1 and len(lines.account_id) == 1 and len(lines.currency_id) == 1:
                lines.reconcile()

    def _open_exchanges(self):
        """Return the orders in exchange that wait for the customer's payment."""
        return self.exchange_order_ids.filtered(lambda order: order.customer_rma_hold and order.state == 'sale')

    def _open_exchange_invoices(self):
        """Return the invoices that the customer has to pay before his other products are shipped."""
        return self._open_exchanges().invoice_ids.filtered(
            lambda invoice: invoice.state == 'posted' and invoice.payment_state not in SETTLED)

    def _release_exchanges(self):
        """Ship other products whose invoice is settled; ask the customer for what is open."""
        for order in self._open_exchanges():
            invoices = order.invoice_ids.filtered(lambda invoice: invoice.state == 'posted')
            if invoices and all(invoice.payment_state in SETTLED for invoice in invoices):
                order.customer_rma_hold = False
                order.order_line._action_launch_stock_rule()
            else:
                self._add_job('mail', f'payment-{order.id}', event='payment')

    def _undo_exchanges(self):
        """Pay money back where other products were cancelled; a second call does nothing.

        What the credit note of the goods paid of their invoice is open again, and what the customer paid himself is
        credited. About what was shipped already people decide.
        """
        self.ensure_one()
        self._lock_for_refund()
        for order in self.exchange_order_ids.filtered(lambda order: order.state == 'cancel'):
            if any(order.order_line.mapped('qty_delivered')):
                staff = self._for_staff()
                self._tell_staff(
                    staff.env._('%s was cancelled, but some of it was shipped: please decide about its invoice.', order.name),
                    staff.env._('Exchange was cancelled'))
                continue
            order.customer_rma_hold = False
            order.order_line.customer_rma_line_id.write({'resolution': 'refund', 'exchange_product_id': False})
            for invoice in order.invoice_ids.filtered(
                    lambda invoice: invoice.state == 'posted' and invoice.move_type == 'out_invoice'
                    and not invoice.reversal_move_ids):
                self._undo_exchange_invoice(invoice, f'-undo-{order.id}')

    def _undo_exchange_invoice(self, invoice, suffix):
        notes = self.credit_note_ids.filtered(lambda note: note.state == 'posted')
        offsets = invoice.line_ids.matched_credit_ids.filtered(lambda part: part.credit_move_id.move_id in notes)
        opened = offsets.credit_move_id.move_id
        offsets.unlink()
        today = fields.Date.context_today(self)
        reversal = invoice.with_company(invoice.company_id)._reverse_moves([{
            'ref': self._for_customer().env._(
                '%(number)s: %(order)s was cancelled', number=self.number, order=invoice.invoice_origin),
            'invoice_date': today, 'date': max(today, invoice.date), 'invoice_payment_term_id': False,
            'customer_rma_id': self.id}])
        reversal.action_post()
        (invoice | reversal).line_ids.filtered(
            lambda line: line.account_id.account_type == 'asset_receivable' and not line.reconciled).reconcile()
        for note in opened | reversal:
            if not note.currency_id.is_zero(note.amount_residual):
                self._add_gateway_jobs(note, suffix)


class CustomerRmaLine(models.Model):
    _inherit = 'customer.rma.line'

    exchange_product_id = fields.Many2one(
        'product.product', string='In exchange for', ondelete='restrict', domain=[('sale_ok', '=', True)],
        help='The other product that the customer gets.')
    replacement_move_ids = fields.One2many(
        'stock.move', 'customer_rma_replacement_id', string='Replacement', groups='base.group_user')
    exchange_line_ids = fields.One2many(
        'sale.order.line', 'customer_rma_line_id', string='Ordered in exchange', groups='base.group_user')
    quantity_replaced = fields.Float(
        string='Replaced', digits='Product Unit', compute='_compute_quantity_replaced', store=True, compute_sudo=True)

    @api.depends(
        'replacement_move_ids.state', 'replacement_move_ids.quantity', 'replacement_move_ids.product_uom',
        'exchange_line_ids.qty_delivered', 'exchange_line_ids.product_uom_id')
    def _compute_quantity_replaced(self):
        for line in self:
            moves = line._replacement_moves().filtered(lambda move: move.state == 'done')
            line.quantity_replaced = line._count_goods(line._quantities_of(moves, lambda move: move.quantity)) + sum(
                part.product_uom_id._compute_quantity(part.qty_delivered, part.product_id.uom_id, round=False)
                for part in line.exchange_line_ids)

    @api.constrains('resolution', 'exchange_product_id')
    def _check_exchange(self):
        for line in self:
            if (line.resolution == 'exchange') != bool(line.exchange_product_id):
                raise ValidationError(self.env._('Please choose the other product, for an exchange only.'))

    def _replacement_moves(self):
        """Return the moves by which the same product goes to the customer once more."""
        return self.replacement_move_ids.filtered(
            lambda move: move.state != 'cancel' and move.location_dest_id.usage == 'customer')

    def _replacement_due(self):
        """Return what of the same product is to be sent now and is not on its way yet, in its unit."""
        self.ensure_one()
        sent = self._count_goods(self._quantities_of(
            self._replacement_moves(), lambda move: move.quantity if move.state == 'done' else move.product_uom_qty))
        return max(self._quantity_ready() - sent, 0.0)

    def _exchange_due(self):
        """Return what of the other product is to be ordered now and was not ordered yet."""
        self.ensure_one()
        ordered = sum(
            part.product_uom_id._compute_quantity(part.product_uom_qty, part.product_id.uom_id, round=False)
            for part in self.exchange_line_ids if part.state != 'cancel')
        return max(self._quantity_ready() - ordered, 0.0)


class StockMove(models.Model):
    _inherit = 'stock.move'

    customer_rma_replacement_id = fields.Many2one(
        'customer.rma.line', string='Replaces a line of a return', index='btree_not_null', ondelete='set null')


class StockRule(models.Model):
    _inherit = 'stock.rule'

    def _get_custom_move_fields(self):
        """Moves of a replacement know what they replace."""
        return [*super()._get_custom_move_fields(), 'customer_rma_replacement_id']


class SaleOrder(models.Model):
    _inherit = 'sale.order'

    customer_rma_id = fields.Many2one(
        'customer.rma', string='In exchange for a return', readonly=True, copy=False, index='btree_not_null',
        ondelete='set null')
    customer_rma_hold = fields.Boolean(
        string='Shipped after payment', readonly=True, copy=False,
        help='Ordered in exchange for a return: nothing is shipped before the difference is paid.')

    _customer_rma_hold_idx = models.Index('(customer_rma_id) WHERE customer_rma_hold IS TRUE')

    def _action_cancel(self):
        """What was ordered in exchange and is cancelled is paid back, by a job."""
        result = super()._action_cancel()
        for order in self.sudo().filtered('customer_rma_id'):  # sudo: whoever cancels need not know of returns
            order.customer_rma_id._add_job('undo', f'order-{order.id}')
        return result


class SaleOrderLine(models.Model):
    _inherit = 'sale.order.line'

    customer_rma_line_id = fields.Many2one(
        'customer.rma.line', string='In exchange for a line of a return', readonly=True, copy=False,
        index='btree_not_null', ondelete='set null')

    def _compute_qty_to_invoice(self):
        """What is ordered in exchange is invoiced at once, whatever the product says: it is offset against the credit."""
        result = super()._compute_qty_to_invoice()
        for line in self.filtered(lambda line: line.customer_rma_line_id and line.state == 'sale'):
            line.qty_to_invoice = line.product_uom_qty - line.qty_invoiced
        return result

    def _action_launch_stock_rule(self, **kwargs):
        """Nothing of a held order is shipped, whatever triggers it."""
        held = self.filtered('order_id.customer_rma_hold')
        if held and held == self:
            return True
        return super(SaleOrderLine, self - held)._action_launch_stock_rule(**kwargs)


class AccountMove(models.Model):
    _inherit = 'account.move'

    def _invoice_paid_hook(self):
        """A paid difference lets the other product be shipped, by a job."""
        result = super()._invoice_paid_hook()
        for move in self.sudo():  # whoever registers the payment need not know of returns
            for order in move.line_ids.sale_line_ids.order_id.filtered('customer_rma_hold'):
                order.customer_rma_id._add_job('release', f'invoice-{move.id}-{order.id}')
        return result
