from odoo import models


class StockMove(models.Model):
    _inherit = 'stock.move'

    def _of_kits(self):
        """Return those that moved a part of a set that was sold."""
        return self.filtered(lambda move: move.sale_line_id and move.sale_line_id.product_id != move.product_id)

    def _standing_for_goods(self):
        """One of the parts in the delivery that completed sets stands for them."""
        moves = super()._standing_for_goods()
        for line in self._of_kits().sale_line_id:
            moves |= self & self.browse().union(*line._kit_deliveries())
        return moves

    def _moves_of_goods(self):
        """A set came by all moves of its parts, in whatever delivery."""
        lines = self._of_kits().sale_line_id
        return super()._moves_of_goods() | lines.move_ids.filtered(
            lambda move: move.state == 'done' and move.location_dest_id.usage == 'customer')

    def _delivered_for_return(self):
        """Of a set, those count that the delivery completed."""
        if self._of_kits():
            return self.sale_line_id._kit_deliveries().get(self, 0)
        return super()._delivered_for_return()

    def _returnable_quantities(self, without=None, lock=False):
        """Of a set, no more is left than of the delivery that completed it, and than of the whole order line."""
        parts = self._of_kits()
        if lock and parts:
            self.env.execute_query(parts._lock_for_return())
        left = super(StockMove, self - parts)._returnable_quantities(without, lock)
        for line in parts.sale_line_id:
            deliveries = line._kit_deliveries()
            held = dict(self.env['customer.rma.line'].sudo()._read_group(
                [('order_line_id', '=', line.id), ('id', 'not in', without.ids if without else [])], ['move_id'],
                ['quantity_claimed:sum']))
            rest = sum(deliveries.values()) - sum(held.values())
            for move in parts.filtered(lambda move, line=line: move.sale_line_id == line):
                left[move] = min(deliveries.get(move, 0) - held.get(move, 0.0), rest)
        return left

    def _returned_without_rma(self):
        """Return what came back of the moves, or is expected, without a return: dict id -> quantity in the product's unit."""
        returned = {}
        for move in self.sudo().search([
                ('origin_returned_move_id', 'in', self.ids), ('customer_rma_line_id', '=', False),
                ('state', '!=', 'cancel'), ('location_id.usage', '=', 'customer')]):
            origin = move.origin_returned_move_id.id
            quantity = move.quantity if move.state == 'done' else move.product_uom_qty
            returned[origin] = returned.get(origin, 0.0) + move._in_product_unit(quantity)
        return returned

    def _left_of_part(self, lots):
        """Return what of a delivered part did not go back and is not expected back, in the unit of its product.

        :param lots: only these, if there are any
        """
        self.ensure_one()
        back = self.search([
            ('origin_returned_move_id', '=', self.id), ('state', '!=', 'cancel'), ('location_id.usage', '=', 'customer')])
        left = self._in_product_unit(self.quantity) - sum(
            move._in_product_unit(move.quantity if move.state == 'done' else move.product_uom_qty) for move in back)
        if lots:
            left = min(left, sum(number for lot, number in self._delivered_lots().items() if lot in lots))
        return left
