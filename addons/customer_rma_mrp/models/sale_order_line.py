from math import floor

from odoo import models

#: quantities that differ by less are equal
EPSILON = 1e-6
#: of a set, by which the parts may differ from its bill of materials: rounding of units
TOLERANCE = 0.01


class SaleOrderLine(models.Model):
    _inherit = 'sale.order.line'

    def _kit_moves(self):
        """Return the moves by which parts of the set were delivered, or are to be, without those of a replacement."""
        return self.move_ids.filtered(lambda move: (
            move.state != 'cancel' and move.location_dest_id.usage == 'customer' and move.product_id != self.product_id))

    def _kit_parts(self):
        """Return what one unit of the product consists of: dict product -> quantity in its unit.

        It is what Odoo made the delivery of. Empty for what is no set, and for a set whose bill of materials does not
        tell any more what was delivered, because it was changed since: then nobody but people can say what a set was.
        """
        self.ensure_one()
        moves = self._kit_moves()
        bom = self._kit_bom() if moves else None
        ordered = self.product_uom_id._compute_quantity(self.product_uom_qty, self.product_id.uom_id, round=False)
        if not bom or ordered <= 0:
            return {}
        units = self.product_id.uom_id._compute_quantity(ordered, bom.product_uom_id, round=False)
        _boms, rows = bom.explode(
            self.product_id, units / bom.product_qty, never_attribute_values=self.product_no_variant_attribute_value_ids)
        parts = {}
        for row, data in rows:
            product = row.product_id
            quantity = row.product_uom_id._compute_quantity(data['qty'], product.uom_id, round=False)
            if product.type == 'consu' and quantity > EPSILON:
                parts[product] = parts.get(product, 0.0) + quantity / ordered
        planned = dict.fromkeys(moves.product_id, 0.0)
        for move in moves.filtered(lambda move: not move.origin_returned_move_id and not move.customer_rma_replacement_id):
            planned[move.product_id] += move.product_qty
        is_changed = any(
            product not in parts or quantity / parts[product] > ordered + TOLERANCE
            for product, quantity in planned.items())
        return {} if is_changed else parts

    def _kit_bom(self):
        """Return the bill of materials of the set, in sudo: the one that its moves come from, as Odoo finds it."""
        Bom = self.env['mrp.bom'].sudo()  # customers and the people who sell do not read these
        boms = self.move_ids.sudo().bom_line_id.bom_id.filtered(
            lambda bom: bom.type == 'phantom' and bom.product_tmpl_id == self.product_id.product_tmpl_id
            and bom.product_id in (Bom.product_id, self.product_id))
        return boms[:1] or Bom._bom_find(
            self.product_id, company_id=self.company_id.id, bom_type='phantom')[self.product_id]

    def _kit_deliveries(self):
        """Return how many sets each delivery completed, as dict from the move that stands for them.

        A set is complete with the delivery that brought its last part. What came back without a return in our sense
        completes nothing. Of the parts in a delivery the first one stands for the sets that it completed.
        """
        self.ensure_one()
        parts = self._kit_parts()
        moves = self._kit_moves().filtered(lambda move: move.state == 'done')
        if not parts or not moves:
            return {}
        back = moves._returned_without_rma()
        deliveries, there, complete = {}, dict.fromkeys(parts, 0.0), 0
        grouped = moves.grouped(lambda move: move.picking_id or move)
        for group in sorted(grouped.values(), key=lambda group: (min(group.mapped('date')), min(group.ids))):
            for move in group:
                there[move.product_id] += move._in_product_unit(move.quantity) - back.get(move.id, 0.0)
            now = floor(min(there[product] / quantity for product, quantity in parts.items()) + EPSILON)
            if now > complete:
                deliveries[group.sorted('id')[0]] = now - complete
                complete = now
        return deliveries
