from odoo import api, fields, models
from odoo.fields import Command


class CustomerRmaLine(models.Model):
    _inherit = 'customer.rma.line'

    resolution = fields.Selection(selection_add=[('repair', 'Repair')], ondelete={'repair': 'set default'})
    repair_ids = fields.One2many('repair.order', 'customer_rma_line_id', string='Repairs', groups='base.group_user')

    @api.model
    def _decide(self, line, move, facts):
        """What is to be repaired has to come, whatever it is worth."""
        decided = super()._decide(line, move, facts)
        return {**decided, 'is_kept': decided['is_kept'] and line['resolution'] != 'repair'}

    def _repairs(self):
        """Return the repair orders that were not cancelled."""
        return self.repair_ids.filtered(lambda repair: repair.state != 'cancel')

    def _can_be_repaired(self):
        """Tell whether the goods are here and nothing was given for them yet."""
        self.ensure_one()
        given = self.refund_line_ids.filtered(lambda part: part.parent_state != 'cancel')
        return self.quantity_received > 0 and self.move_id.product_id == self.product_id and not (
            given or self._repairs() or self._replacement_moves() or self.exchange_line_ids)

    def _repair_due(self):
        """Return what is here and to be repaired now and is in no repair order yet, in the unit of the product."""
        self.ensure_one()
        ready = min(self._quantity_ready(), self.quantity_received)
        return max(ready - sum(self._repairs().mapped('product_qty')), 0.0)

    def _is_due(self):
        if self.resolution != 'repair':
            return super()._is_due()
        return self.uom_id.compare(self._repair_due(), 0) > 0

    def _create_repairs(self, quantity):
        """Make repair orders for goods that came back, one for each place and serial number or lot.

        :param float quantity: how much, in the unit of the product
        """
        self.ensure_one()
        taken = {}
        for repair in self._repairs():
            taken[repair.lot_id] = taken.get(repair.lot_id, 0.0) + repair.product_qty
        for (*_product, location, lot), there in self._places().items():
            known = min(taken.get(lot, 0.0), there)
            taken[lot] = taken.get(lot, 0.0) - known
            share = min(there - known, quantity)
            if self.uom_id.compare(share, 0) > 0:
                quantity -= share
                self._create_repair(location, lot, share)

    def _create_repair(self, location, lot, quantity):
        """Make the repair order of goods at one place."""
        rma = self.rma_id
        received = self.stock_move_ids.filtered(lambda move: move.state == 'done' and move.location_dest_id == location)
        warehouse = location.warehouse_id or self.origin_picking_id.picking_type_id.warehouse_id
        repair = self.env['repair.order'].with_company(rma.company_id).create({
            'customer_rma_id': rma.id, 'customer_rma_line_id': self.id, 'partner_id': rma.partner_id.id,
            'company_id': rma.company_id.id, 'product_id': self.product_id.id, 'product_uom': self.uom_id.id,
            'picking_id': received.picking_id[-1:].id, 'picking_type_id': warehouse.repair_type_id.id,
            'under_warranty': rma.kind == 'claim', 'internal_notes': self.reason_id.name or False,
            'user_id': rma._responsible().id})
        # in this order: places, lot and quantity follow from the transfer otherwise
        repair.write({
            'product_location_src_id': location.id, 'product_location_dest_id': location.id, 'lot_id': lot.id})
        repair.product_qty = quantity
        repair._action_repair_confirm()

    def _send_repaired(self, repair):
        """Make the delivery by which repaired goods go back to the customer; for the order it is one more delivery."""
        self.ensure_one()
        rma, target = self.rma_id, self.move_id.location_dest_id
        # the grade may have brought them elsewhere meanwhile
        places = [location for *_product, location, lot in self._places() if lot == repair.lot_id]
        source = repair.product_location_dest_id
        source = source if source in places or not places else places[0]
        picking = self.env['stock.picking'].with_company(rma.company_id).create({
            'picking_type_id': repair.picking_type_id.warehouse_id.out_type_id.id, 'company_id': rma.company_id.id,
            'partner_id': self.move_id.picking_id.partner_id.id or rma.partner_id.id,
            'origin': f'{rma.number}: {repair.name}', 'location_id': source.id, 'location_dest_id': target.id,
            'move_ids': [Command.create({
                'product_id': self.product_id.id, 'product_uom': self.uom_id.id, 'product_uom_qty': repair.product_qty,
                'location_id': source.id, 'location_dest_id': target.id, 'company_id': rma.company_id.id,
                'sale_line_id': self.order_line_id.id, 'customer_rma_replacement_id': self.id})]})
        picking.action_confirm()
        if repair.lot_id:
            move = picking.move_ids
            move.move_line_ids.unlink()
            self.env['stock.move.line'].create({
                **move._prepare_move_line_vals(), 'quantity': repair.product_qty, 'lot_id': repair.lot_id.id,
                'product_uom_id': self.uom_id.id})
        else:
            picking.action_assign()
        return picking
