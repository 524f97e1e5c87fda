from odoo import api, fields, models


class SaleOrderLine(models.Model):
    _inherit = 'sale.order.line'

    customer_rma_line_ids = fields.One2many('customer.rma.line', 'order_line_id', string='Returns')

    # what came back changes what was delivered; if it depended on the lines of returns themselves, each request of a
    # customer would compute the order anew, though nothing has happened to it yet
    @api.depends('qty_delivered')
    def _compute_qty_invoiced(self):
        return super()._compute_qty_invoiced()

    def _prepare_qty_invoiced(self):
        """What a return credited is not to be invoiced again.

        By ordered quantities the line stays invoiced; by delivered ones it follows the goods that came back, so that
        what was credited before they came, or without coming, is not asked for a second time.
        """
        quantities = super()._prepare_qty_invoiced()
        for line in self:
            parts = line.invoice_lines.filtered(
                lambda part: part.customer_rma_line_id and part.move_id.move_type == 'out_refund'
                and part.move_id.state != 'cancel')
            if not parts:
                continue
            credited = sum(part.product_uom_id._compute_quantity(part.quantity, line.product_uom_id) for part in parts)
            received = 0.0
            if line.product_id.invoice_policy == 'delivery':
                received = line.product_id.uom_id._compute_quantity(
                    sum(line.customer_rma_line_ids.mapped('quantity_received')), line.product_uom_id)
            quantities[line] += max(credited - received, 0.0)
        return quantities


class SaleOrder(models.Model):
    _inherit = 'sale.order'

    def _can_return_goods(self):
        """Tell whether goods of the order were delivered, for the button in the portal."""
        self.ensure_one()
        return self.state == 'sale' and bool(self.sudo().order_line.move_ids.filtered(
            lambda move: move.state == 'done' and move.location_dest_usage == 'customer'))
