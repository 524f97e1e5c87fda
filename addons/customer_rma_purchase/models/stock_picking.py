from odoo import fields, models


class StockPicking(models.Model):
    _inherit = 'stock.picking'

    customer_rma_vendor_id = fields.Many2one(
        'customer.rma', string='Sent back by a customer', index='btree_not_null', ondelete='set null', copy=False,
        readonly=True, groups='stock.group_stock_user', help='The return of a customer whose goods go back to the vendor here.')


class StockMove(models.Model):
    _inherit = 'stock.move'

    customer_rma_vendor_line_id = fields.Many2one(
        'customer.rma.line', string='Line of a return behind it', index='btree_not_null', ondelete='set null', copy=False,
        readonly=True, groups='stock.group_stock_user')
