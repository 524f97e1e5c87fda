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

    def _refund_estimate(self):
        """Return what one unit of the product brings back, taxes included, as invoiced; else as ordered.

        What other lines take off the order is taken off in proportion.
        """
        self.ensure_one()
        unit, paid = self.product_id.uom_id, self.order_id._paid_percent() / 100.0
        parts = self.invoice_lines.filtered(
            lambda part: part.parent_state == 'posted' and part.move_id.move_type == 'out_invoice')
        quantity = sum(part.product_uom_id._compute_quantity(part.quantity, unit, round=False) for part in parts)
        if quantity > 0:
            return paid * sum(parts.mapped('price_total')) / quantity
        ordered = self.product_uom_id._compute_quantity(self.product_uom_qty, unit, round=False)
        return paid * self.price_total / ordered if ordered else 0.0

    def _price_of_other(self, product):
        """Return what one unit of another product costs the customer today, taxes included, by the order's pricelist."""
        self.ensure_one()
        order = self.order_id
        price = order.pricelist_id._get_product_price(product, 1.0, currency=self.currency_id)
        taxes = order.fiscal_position_id.map_tax(product.taxes_id._filter_taxes_by_company(order.company_id))
        return taxes.compute_all(
            price, currency=self.currency_id, product=product, partner=order.partner_id)['total_included']


class SaleOrder(models.Model):
    _inherit = 'sale.order'

    def _can_return_goods(self):
        """Tell whether goods of the order were delivered, for the button in the portal."""
        self.ensure_one()
        return self.state == 'sale' and bool(self.sudo().order_line.move_ids.filtered(
            lambda move: move.state == 'done' and move.location_dest_usage == 'customer'))

    def _paid_percent(self):
        """Return what is left of the price of the order after lines that take something off: discounts, gift cards."""
        self.ensure_one()
        totals = self.order_line.filtered(lambda line: not line.is_downpayment).mapped('price_total')
        full = sum(total for total in totals if total > 0)
        return max(sum(totals), 0.0) * 100.0 / full if full and full > sum(totals) else 100.0
