from odoo import fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL

from odoo.addons.customer_rma.policy import allocate

#: receipts of one product that are looked at, the latest ones
MAX_RECEIPTS = 100


class CustomerRma(models.Model):
    _inherit = 'customer.rma'

    vendor_picking_count = fields.Integer(
        string='Vendor returns', compute='_compute_vendor_picking_count', groups='customer_rma.group_customer_rma_user')

    def _compute_vendor_picking_count(self):
        # sudo: a number for who may see the return
        counts = dict(self.env['stock.picking'].sudo()._read_group(
            [('customer_rma_vendor_id', 'in', self.ids)], ['customer_rma_vendor_id'], ['__count']))
        counts = {rma.id: count for rma, count in counts.items()}
        for rma in self:
            rma.vendor_picking_count = counts.get(rma.id, 0)

    def action_return_to_vendor(self):
        """Send what was received on to the vendors of whom it was purchased (staff), one transfer a receipt.

        :raises UserError: if nothing is left to send on, or no receipt of a purchase has as much left
        """
        self._check_staff()
        for rma in self.sudo():  # sudo: the right on the return was checked; receipts and transfers follow from it
            rma._lock_for_refund()
            by_picking = {}
            for line, move, quantity in rma.line_ids._vendor_parts():
                by_picking.setdefault(move.picking_id, []).append((line, move, quantity))
            if not by_picking:
                raise UserError(self.env._(
                    '%s: nothing that was received can go back to a vendor: it went already, or it was not purchased here.',
                    rma.number))
            for picking, parts in by_picking.items():
                rma._make_vendor_return(picking, parts)
        return self.action_open_vendor_pickings() if len(self) == 1 else True

    def _make_vendor_return(self, picking, parts):
        """Return goods of one receipt to its vendor, as Odoo does.

        :param parts: list of ``(line of the return, received move, quantity in the unit of the product)``
        """
        wizard = self.env['stock.return.picking'].with_context(
            active_id=picking.id, active_ids=picking.ids, active_model='stock.picking', default_to_refund=True,
        ).with_company(self.company_id).create({'picking_id': picking.id})
        quantities, lines = {}, {}
        for line, move, quantity in parts:
            quantities[move] = quantities.get(move, 0.0) + quantity
            lines.setdefault(move, line)
        for part in wizard.product_return_moves:
            move = part.move_id
            part.quantity = move.product_id.uom_id._compute_quantity(quantities.get(move, 0.0), part.uom_id)
        sent = wizard._create_return()
        sent.write({'customer_rma_vendor_id': self.id, 'origin': f'{self.number}: {picking.name}'})
        for move in sent.move_ids:
            move.customer_rma_vendor_line_id = lines.get(move.origin_returned_move_id)

    def action_open_vendor_pickings(self):
        """Open the transfers to vendors."""
        self.ensure_one()
        return {
            'type': 'ir.actions.act_window', 'name': self.env._('Vendor returns'), 'res_model': 'stock.picking',
            'view_mode': 'list,form', 'domain': [('customer_rma_vendor_id', '=', self.id)], 'context': {'create': False}}


class CustomerRmaLine(models.Model):
    _inherit = 'customer.rma.line'

    def _vendor_parts(self):
        """Return what came back and was not sent on yet, and by which receipts it can go back (in sudo).

        Lines of the same product share what a receipt has left. The number of queries does not depend on the lines.

        :return: list of ``(line, received move of a purchase, quantity in the unit of the product)``
        """
        left = self._left_for_vendor()
        receipts = self._purchase_receipts({line.product_id.id for line in left})
        rest = {move: _in_unit(move) for moves in receipts.values() for move in moves}
        for move in self.env['stock.move'].search(
                Domain('origin_returned_move_id', 'in', [move.id for move in rest]) & Domain('state', '!=', 'cancel')):
            rest[move.origin_returned_move_id] -= _in_unit(move)
        result = []
        for line, quantity in left.items():
            parts, _missing = allocate(quantity, [(move, rest[move]) for move in receipts.get(line.product_id.id, ())])
            for move, part in parts:
                rest[move] -= part
                result.append((line, move, part))
        return result

    def _left_for_vendor(self):
        """Return what of each line came back and was not sent on yet, as dict from the line; only where there is any."""
        sent = self.env['stock.move'].search(
            Domain('customer_rma_vendor_line_id', 'in', self.ids) & Domain('state', '!=', 'cancel'))
        sent = sent.grouped('customer_rma_vendor_line_id')
        left = {line: line.quantity_received - sum(map(_in_unit, sent.get(line, ()))) for line in self}
        return {line: quantity for line, quantity in left.items() if line.uom_id.compare(quantity, 0) > 0}

    def _purchase_receipts(self, product_ids):
        """Return the last receipts of purchases of each product in the company, by its id, the latest one first."""
        Move = self.env['stock.move']
        Move.flush_model(['product_id', 'company_id', 'state', 'purchase_line_id', 'location_id', 'date'])
        rows = self.env.execute_query(SQL(
            'SELECT receipt.id FROM unnest(%s::int[]) AS product(id), LATERAL ('
            ' SELECT move.id FROM stock_move move JOIN stock_location source ON source.id = move.location_id'
            " WHERE move.product_id = product.id AND move.company_id = %s AND move.state = 'done'"
            " AND move.purchase_line_id IS NOT NULL AND source.usage = 'supplier'"
            ' ORDER BY move.date DESC, move.id DESC LIMIT %s) AS receipt',
            list(product_ids), self.rma_id.company_id.id, MAX_RECEIPTS)) if product_ids else []
        moves = Move.browse(number for number, in rows)
        return {product.id: found for product, found in moves.grouped('product_id').items()}


def _in_unit(move):
    """Return what a move moved, or is to move, in the unit of its product."""
    return move._in_product_unit(move.quantity if move.state == 'done' else move.product_uom_qty)
