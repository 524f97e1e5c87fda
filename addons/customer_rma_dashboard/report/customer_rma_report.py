from odoo import fields, models
from odoo.tools import SQL

from odoo.addons.customer_rma.const import KINDS, STATES


class CustomerRmaReport(models.Model):
    """One row for each delivery of ordered goods, and one for each line of a return.

    So that both can be divided by each other: what came back by what was delivered.
    """

    _name = 'customer.rma.report'
    _description = 'Analysis of returns'
    _auto = False
    _rec_name = 'date'
    _order = 'date desc'

    date = fields.Datetime(readonly=True, help='Of the delivery, or of the request.')
    company_id = fields.Many2one('res.company', string='Company', readonly=True)
    commercial_partner_id = fields.Many2one('res.partner', string='Customer', readonly=True)
    product_id = fields.Many2one('product.product', string='Product', readonly=True)
    categ_id = fields.Many2one('product.category', string='Product category', readonly=True)
    rma_id = fields.Many2one('customer.rma', string='Return', readonly=True)
    kind = fields.Selection(KINDS, readonly=True)
    state = fields.Selection(STATES, readonly=True)
    reason_id = fields.Many2one('customer.rma.reason', string='Reason', readonly=True)
    quantity_delivered = fields.Float(string='Delivered', readonly=True)
    quantity_returned = fields.Float(
        string='Returned', readonly=True, help='What is requested and was not refused, or came back.')
    rate = fields.Float(
        string='Return rate in percent', readonly=True, aggregator='avg',
        help='What was returned, of what was delivered in the same period. By reason it cannot be told.')
    product_rate = fields.Float(
        string='Rate of the product in percent', readonly=True, aggregator='sum',
        help='Of all that was ever delivered of the product. The reasons add up to the rate of the product.')
    cycle_days = fields.Float(
        string='Days to resolution', readonly=True, aggregator='avg', help='From the request to the end.')
    cost = fields.Float(
        readonly=True, help="What was credited, without taxes, in the company's currency.")
    open_value = fields.Float(
        string='Open value', readonly=True,
        help="What would be credited for what is open, without taxes, in the company's currency.")

    def _read_group_select(self, aggregate_spec, query):
        """Divide sums by sums: the rate of a group is no mean of its rows."""
        if aggregate_spec != 'rate:avg':
            return super()._read_group_select(aggregate_spec, query)
        return SQL(
            '100 * SUM(%s) / NULLIF(SUM(%s), 0)', self._field_to_sql(self._table, 'quantity_returned', query),
            self._field_to_sql(self._table, 'quantity_delivered', query))

    @property
    def _table_query(self):
        return SQL("""
            WITH delivered AS (
                SELECT move.id, move.date, move.company_id, move.product_id, sale.partner_id,
                       move.quantity * unit.factor / product_unit.factor AS quantity
                  FROM stock_move move
                  JOIN stock_location destination ON destination.id = move.location_dest_id AND destination.usage = 'customer'
                  JOIN sale_order_line sale_line ON sale_line.id = move.sale_line_id
                  JOIN sale_order sale ON sale.id = sale_line.order_id
                  JOIN product_product product ON product.id = move.product_id
                  JOIN product_template template ON template.id = product.product_tmpl_id
                  JOIN uom_uom unit ON unit.id = move.product_uom
                  JOIN uom_uom product_unit ON product_unit.id = template.uom_id
                 WHERE move.state = 'done'
            ), totals AS (
                SELECT product_id, company_id, SUM(quantity) AS quantity FROM delivered GROUP BY product_id, company_id
            ), credited AS (
                SELECT customer_rma_line_id AS line_id, SUM(balance) AS amount
                  FROM account_move_line
                 WHERE customer_rma_line_id IS NOT NULL AND parent_state = 'posted' AND display_type = 'product'
              GROUP BY customer_rma_line_id
            )
            SELECT -delivered.id AS id, delivered.date, delivered.company_id, partner.commercial_partner_id,
                   delivered.product_id, template.categ_id, NULL::integer AS rma_id, NULL AS kind, NULL AS state,
                   NULL::integer AS reason_id, delivered.quantity AS quantity_delivered, 0 AS quantity_returned,
                   NULL::numeric AS rate, 0 AS product_rate, NULL::numeric AS cycle_days, 0 AS cost, 0 AS open_value
              FROM delivered
              JOIN res_partner partner ON partner.id = delivered.partner_id
              JOIN product_product product ON product.id = delivered.product_id
              JOIN product_template template ON template.id = product.product_tmpl_id
         UNION ALL
            SELECT line.id, rma.request_date, rma.company_id, rma.commercial_partner_id,
                   line.product_id, template.categ_id, rma.id, rma.kind, rma.state,
                   line.reason_id, 0, line.quantity_claimed,
                   NULL, 100 * line.quantity_claimed / NULLIF(totals.quantity, 0),
                   EXTRACT(EPOCH FROM rma.resolved_date - rma.request_date) / 86400, COALESCE(credited.amount, 0),
                   CASE WHEN rma.is_closed THEN 0 ELSE
                       GREATEST(line.quantity_claimed - COALESCE(line.quantity_refunded, 0), 0)
                       * COALESCE(sale_line.price_subtotal / NULLIF(sale_line.product_uom_qty, 0), 0)
                       * product_unit.factor / unit.factor / COALESCE(NULLIF(sale.currency_rate, 0), 1)
                   END
              FROM customer_rma_line line
              JOIN customer_rma rma ON rma.id = line.rma_id
              JOIN sale_order_line sale_line ON sale_line.id = line.order_line_id
              JOIN sale_order sale ON sale.id = sale_line.order_id
              JOIN product_product product ON product.id = line.product_id
              JOIN product_template template ON template.id = product.product_tmpl_id
              JOIN uom_uom unit ON unit.id = sale_line.product_uom_id
              JOIN uom_uom product_unit ON product_unit.id = template.uom_id
         LEFT JOIN totals ON totals.product_id = line.product_id AND totals.company_id = rma.company_id
         LEFT JOIN credited ON credited.line_id = line.id
        """)
