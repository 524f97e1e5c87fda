from odoo import api, models


class CustomerRma(models.Model):
    _inherit = 'customer.rma'

    @api.model
    def _returnable_item(self, move, *args):
        """Customers see what a set consists of."""
        item = super()._returnable_item(move, *args)
        if move._of_kits():
            item['contents'] = self._list_parts(move.sale_line_id._kit_parts())
        return item

    @api.model
    def _service_items(self, orders):
        """A set that can be returned is no blocked item."""
        return [item for item in super()._service_items(orders) if not item['order_line']._kit_deliveries()]

    @api.model
    def _list_parts(self, parts, quantity=1):
        """Return parts of sets as text.

        :param dict parts: product -> quantity in its unit
        :param float quantity: number of sets
        """
        return ', '.join(
            f'{product.uom_id.round(number * quantity):g} × {product.display_name}' for product, number in parts.items())

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
