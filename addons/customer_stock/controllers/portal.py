from odoo.exceptions import AccessError
from odoo.http import request

from odoo.addons.sale_stock.controllers.portal import SaleStockPortal


class CustomerStockPortal(SaleStockPortal):

    def _stock_picking_check_access(self, picking_id, access_token=None):
        """A share token opens a slip only if the order has one: Odoo fails on an order that was never shared.

        :raises AccessError: if neither a right nor the token opens the slip
        """
        picking = request.env['stock.picking'].browse(picking_id if picking_id < 2 ** 31 else 0).exists()
        # sudo: whether there is a token to compare with
        if not picking or (not picking.has_access('read') and not picking.sudo().sale_id.access_token):
            raise AccessError(request.env._('You may not see this shipment.'))
        return super()._stock_picking_check_access(picking_id, access_token=access_token)
