"""How far an order is, now with its shipments."""
from odoo import api, fields, models

from odoo.addons.customer_services.fetching import fetch_lines

#: states of lines from the least to the most advanced: an order with lines in several is as far as the least one
PROGRESS = ('backorder', 'reserved', 'shipped', 'delivered')


class SaleOrder(models.Model):
    _inherit = 'sale.order'

    @api.depends('picking_ids.state', 'picking_ids.customer_delivered_date', 'order_line.qty_delivered')
    def _compute_customer_state(self):
        return super()._compute_customer_state()

    def _fetch_for_customer_state(self):
        """Read the shipments as well."""
        lines = super()._fetch_for_customer_state()
        moves = fetch_lines(lines, 'move_ids', ['state', 'location_dest_id', 'picking_id'])
        moves.picking_id.fetch(['state', 'customer_delivered_date', 'carrier_id', 'carrier_tracking_ref'])
        return lines

    @api.model
    def _line_fields_of_state(self):
        """Lines say what was delivered."""
        return [*super()._line_fields_of_state(), 'qty_delivered']

    def _customer_state(self):
        state = super()._customer_state()
        if state in ('offer', 'cancelled'):
            return state
        states = {line._shipment_state() for line in self.order_line.move_ids.sale_line_id} - {None}
        if not states:
            return state
        if states == {'returned'}:
            return 'refunded' if state == 'refunded' else 'returned'
        states.discard('returned')
        if state == 'refunded':
            return state
        if states <= {'shipped', 'delivered'}:
            return 'shipped' if 'shipped' in states else 'delivered'
        if states & {'shipped', 'delivered', 'part_shipped'}:
            return 'part_shipped'
        # not on its way yet: payment comes first for the customer
        return state if state == 'awaiting_payment' else next(name for name in PROGRESS if name in states)


class SaleOrderLine(models.Model):
    _inherit = 'sale.order.line'

    customer_expected_date = fields.Datetime(
        string='Expected on', compute='_compute_customer_expected_date', compute_sudo=True,
        help='When the rest of the line is expected to be shipped.')

    @api.depends('move_ids.state', 'move_ids.date', 'move_ids.forecast_expected_date')
    def _compute_customer_expected_date(self):
        for line in self:
            moves = line._open_shipments()
            dates = [move.forecast_expected_date or move.date for move in moves]
            line.customer_expected_date = max(filter(None, dates), default=False)

    @api.depends('move_ids.state', 'qty_delivered')
    def _compute_customer_state(self):
        return super()._compute_customer_state()

    def _customer_state(self):
        state = super()._customer_state()
        shipment = self._shipment_state()
        if not shipment or state in ('offer', 'cancelled', 'refunded'):
            return state
        return shipment

    def _shipments(self):
        """Return the moves of the line to the customer that were not cancelled."""
        return self.move_ids.filtered(
            lambda move: move.state != 'cancel' and move.location_dest_usage == 'customer')

    def _open_shipments(self):
        return self._shipments().filtered(lambda move: move.state != 'done')

    def _shipment_state(self):
        """Return how far the goods of one line are, or None for a line without goods."""
        self.ensure_one()
        moves = self.move_ids and self._shipments()
        if self.display_type or not moves:
            return None
        done = moves.filtered(lambda move: move.state == 'done')
        if done and self.product_uom_id.compare(self.qty_delivered, 0) <= 0:
            return 'returned'
        rest = moves - done
        if done:
            if rest:
                return 'part_shipped'
            return 'delivered' if all(move.picking_id._is_delivered() for move in done) else 'shipped'
        return 'reserved' if all(move.state == 'assigned' for move in rest) else 'backorder'
