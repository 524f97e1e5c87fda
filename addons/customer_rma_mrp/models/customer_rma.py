from odoo import api, fields, models


class CustomerRma(models.Model):
    _inherit = 'customer.rma'

    has_missing_parts = fields.Boolean(compute='_compute_has_missing_parts', compute_sudo=True)

    @api.depends('line_ids.kit_missing')
    def _compute_has_missing_parts(self):
        for rma in self:
            rma.has_missing_parts = any(rma.line_ids.mapped('kit_missing'))

    @api.model
    def _items_of_moves(self, moves, kind):
        """Customers see of how many sets a delivery was, and what a set consists of."""
        items = super()._items_of_moves(moves, kind)
        lines = moves._of_kits().sale_line_id
        parts = lines._kit_parts()
        deliveries = lines._kit_deliveries(parts)
        for item in items:
            line = item['order_line']
            if line in parts:
                item['contents'] = self._list_parts(parts[line])
                item['delivered'] = deliveries[line].get(item['move'], 0)
                item['tracked'] = [part for part in parts[line].items() if part[0].tracking != 'none']
        return items

    @api.model
    def _list_parts(self, parts, quantity=1):
        """Return parts of sets as text, always in the same order.

        :param dict parts: product -> quantity in its unit
        :param float quantity: number of sets
        """
        return ', '.join(
            f'{product.uom_id.round(number * quantity):g}\N{NO-BREAK SPACE}× {product.display_name}'
            for product, number in sorted(parts.items(), key=lambda part: part[0].display_name))

    def _take_receipt(self):
        """Tell staff which parts are missing, if nothing more is expected."""
        super()._take_receipt()
        if self._expected_pickings():
            return
        for line in self.line_ids.filtered('kit_missing'):
            self._tell_staff(
                self.env._('%(product)s came back without all of its parts. Missing: %(parts)s',
                           product=line.product_id.display_name, parts=line.kit_missing),
                self.env._('A set is not complete'))
