from math import floor

from odoo import api, models

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
        """Return what one unit of the product of each set consists of: dict line -> product -> quantity in its unit.

        It is what Odoo made the delivery of. Missing is what is no set, and a set whose bill of materials does not tell
        any more what was delivered, because it was changed since: then nobody but people can say what a set was.
        """
        parts = {line: {} for line in self if line.product_uom_qty > 0 and line._kit_moves()}
        # as bills of materials are exploded in Odoo, but those of all sets together, level by level
        rows = [(line, line.product_id, line.product_uom_qty, line.product_uom_id) for line in parts]
        while rows:
            boms, below = self._kit_boms(rows), []
            contents = self.env['mrp.bom'].union(*boms.values()).bom_line_ids.grouped('bom_id')
            for line, product, quantity, unit in rows:
                bom = boms.get((line, product))
                if not bom:
                    quantity = unit._compute_quantity(
                        unit.round(quantity, rounding_method='UP'), product.uom_id, round=False) / line._kits_ordered()
                    if product.type == 'consu' and quantity > EPSILON:
                        parts[line][product] = parts[line].get(product, 0.0) + quantity
                    continue
                units = unit._compute_quantity(quantity / bom.product_qty, bom.product_uom_id, round=False)
                below += [
                    (line, row.product_id, units * row.product_qty, row.product_uom_id) for row in contents.get(bom, ())
                    if not row._skip_bom_line(product, line.product_no_variant_attribute_value_ids)]
            rows = below
        return {line: numbers for line, numbers in parts.items() if line._is_made_of(numbers)}

    def _kits_ordered(self):
        """Return how many sets were ordered, in the unit of the product."""
        return self.product_uom_id._compute_quantity(self.product_uom_qty, self.product_id.uom_id, round=False)

    def _is_made_of(self, parts):
        """Tell whether no other products, and no more of the parts, are to be delivered than belong to the sets."""
        moves, planned = self._kit_moves(), {}
        for move in moves.filtered(lambda move: not move.origin_returned_move_id and not move.customer_rma_replacement_id):
            planned[move.product_id] = planned.get(move.product_id, 0.0) + move.product_qty
        return all(product in parts for product in moves.product_id) and all(
            quantity / parts[product] <= self._kits_ordered() + TOLERANCE for product, quantity in planned.items())

    @api.model
    def _kit_boms(self, rows):
        """Return the bills of materials of sets, in sudo: the one that its moves come from, else as Odoo finds it.

        :param rows: list of tuples that begin with an order line and its product, or one inside of it
        :return: dict ``(line, product)`` -> ``mrp.bom``; what was delivered as it is, is no set
        """
        Bom = self.env['mrp.bom'].sudo()  # customers and the people who sell do not read these
        boms, unknown = {}, {}
        # what the loop asks for is read here, for all lines together
        self.union(*(line for line, *_rest in rows)).move_ids.sudo().bom_line_id.bom_id.mapped('type')
        for line, product, *_quantity in rows:
            known = line.move_ids.sudo().bom_line_id.bom_id.filtered(
                lambda bom, product=product: bom.type == 'phantom' and bom.product_tmpl_id == product.product_tmpl_id
                and bom.product_id in (Bom.product_id, product))
            if known:
                boms[line, product] = known[0]
            elif product not in line.move_ids.product_id:
                unknown.setdefault(line.company_id, set()).add((line, product))
        for company, pairs in unknown.items():
            products = self.env['product.product'].sudo().union(*(product for _line, product in pairs))
            found = Bom._bom_find(products, company_id=company.id, bom_type='phantom')
            boms.update({(line, product): found[product] for line, product in pairs})
        return boms

    def _kit_deliveries(self, parts=None):
        """Return how many sets each delivery completed: dict line -> move that stands for them -> number.

        A set is complete with the delivery that brought its last part. What came back without a return in our sense
        completes nothing. Of the parts in a delivery the first one stands for the sets that it completed.

        :param dict parts: see :meth:`_kit_parts`, if they are known
        """
        self.move_ids.returned_move_ids.mapped('state')  # read here, for all lines together
        return {line: line._completed_kits(parts) for line, parts in (parts or self._kit_parts()).items()}

    def _completed_kits(self, parts):
        """Return how many sets of these parts each delivery of the line completed, see :meth:`_kit_deliveries`."""
        moves = self._kit_moves().filtered(lambda move: move.state == 'done')
        deliveries, there, complete = {}, dict.fromkeys(parts, 0.0), 0
        grouped = moves.grouped(lambda move: move.picking_id or move)
        for group in sorted(grouped.values(), key=lambda group: (min(group.mapped('date')), min(group.ids))):
            for move in group:
                there[move.product_id] += move._in_product_unit(move.quantity) - sum(
                    back._moved_or_expected() for back in move._returned_moves() if not back.customer_rma_line_id)
            now = floor(min(there[product] / quantity for product, quantity in parts.items()) + EPSILON)
            if now > complete:
                deliveries[group.sorted('id')[0]] = now - complete
                complete = now
        return deliveries
