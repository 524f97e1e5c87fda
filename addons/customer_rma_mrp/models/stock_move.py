from odoo import models


class StockMove(models.Model):
    _inherit = 'stock.move'

    def _of_kits(self):
        """Return those that moved a part of a set that was sold."""
        return self.filtered(lambda move: move.sale_line_id and move.sale_line_id.product_id != move.product_id)

    def _standing_for_goods(self):
        """One of the parts in the delivery that completed sets stands for them."""
        deliveries = self._of_kits().sale_line_id._kit_deliveries()
        return super()._standing_for_goods() | self & self.browse().union(*(move for moves in deliveries.values() for move in moves))

    def _moves_of_goods(self):
        """A set came by all moves of its parts, in whatever delivery."""
        lines = self._of_kits().sale_line_id
        return super()._moves_of_goods() | lines.move_ids.filtered(
            lambda move: move.state == 'done' and move.location_dest_id.usage == 'customer')

    def _returnable_quantities(self, without=None, lock=False):
        """Of a set, no more is left than of the delivery that completed it, and than of the whole order line."""
        parts = self._of_kits()
        if lock and parts:
            self.env.execute_query(parts._lock_for_return_sql())
        left = super(StockMove, self - parts)._returnable_quantities(without, lock)
        if not parts:
            return left
        deliveries, held, held_of_line = parts.sale_line_id._kit_deliveries(), {}, {}
        for line, move, quantity in self.env['customer.rma.line'].sudo()._read_group(
                [('order_line_id', 'in', parts.sale_line_id.ids), ('id', 'not in', without.ids if without else [])],
                ['order_line_id', 'move_id'], ['quantity_claimed:sum']):
            held[move] = quantity
            held_of_line[line] = held_of_line.get(line, 0.0) + quantity
        for move in parts:
            line, completed = move.sale_line_id, deliveries.get(move.sale_line_id, {})
            left[move] = min(
                completed.get(move, 0) - held.get(move, 0.0), sum(completed.values()) - held_of_line.get(line, 0.0))
        return left

    def _returned_moves(self):
        """Return the moves by which goods of these came back from the customer, or are expected to."""
        # the field, since the ORM reads it for all moves of a page at once
        return self.returned_move_ids.filtered(lambda move: move.state != 'cancel' and move.location_id.usage == 'customer')

    def _moved_or_expected(self):
        """Return what was moved, or is expected, in the unit of the product."""
        return self._in_product_unit(self.quantity if self.state == 'done' else self.product_uom_qty)

    def _left_of_part(self, lots):
        """Return what of a delivered part did not go back and is not expected back, in the unit of its product.

        :param lots: only these, if there are any
        """
        self.ensure_one()
        left = self._in_product_unit(self.quantity) - sum(move._moved_or_expected() for move in self._returned_moves())
        if lots:
            left = min(left, sum(number for lot, number in self._delivered_lots().items() if lot in lots))
        return left
