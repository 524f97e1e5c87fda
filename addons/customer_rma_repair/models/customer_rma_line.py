from odoo import fields, models
from odoo.fields import Command


class CustomerRmaLine(models.Model):
    _inherit = 'customer.rma.line'

    resolution = fields.Selection(selection_add=[('repair', 'Repair')], ondelete={'repair': 'set default'})
    repair_ids = fields.One2many('repair.order', 'customer_rma_line_id', string='Repairs', groups='base.group_user')

    def _can_be_repaired(self):
        """Tell whether the goods are here and nothing was refunded or repaired."""
        self.ensure_one()
        return (self.quantity_received > 0 and not self.quantity_refunded and not self._repairs()
                and not self.refund_line_ids.filtered(lambda part: part.parent_state != 'cancel'))

    def _repairs(self):
        """Return the repair orders that were not cancelled."""
        return self.repair_ids.filtered(lambda repair: repair.state != 'cancel')

    def _repaired_moves(self):
        """Return the moves by which repaired goods go back to the customer."""
        return self.stock_move_ids.filtered(
            lambda move: move.location_dest_id.usage == 'customer' and move.state != 'cancel')

    def _create_repair(self):
        """Make the repair order of a line; from now on it is not refunded."""
        self.ensure_one()
        received = self.stock_move_ids.filtered(
            lambda move: move.state == 'done' and move.location_dest_id.usage == 'internal')[-1:]
        rma, warehouse = self.rma_id, received.picking_type_id.warehouse_id
        self.resolution = 'repair'
        repair = self.env['repair.order'].with_company(rma.company_id).create({
            'customer_rma_line_id': self.id, 'partner_id': rma.partner_id.id, 'company_id': rma.company_id.id,
            'product_id': self.product_id.id, 'product_qty': self.quantity_received, 'product_uom': self.uom_id.id,
            'lot_id': received.lot_ids[:1].id, 'picking_id': received.picking_id.id,
            'picking_type_id': warehouse.repair_type_id.id, 'under_warranty': rma.kind == 'claim',
            'internal_notes': self.reason_id.name or False, 'user_id': (rma.user_id or self.env.user).id})
        # in this order: the place of the goods follows from the type of operation otherwise
        repair.write({'product_location_src_id': received.location_dest_id.id,
                      'product_location_dest_id': received.location_dest_id.id})
        repair._action_repair_confirm()

    def _send_repaired(self, repair):
        """Make the delivery by which repaired goods go back to the customer, once."""
        self.ensure_one()
        if self._repaired_moves():
            return
        rma = self.rma_id
        kind = repair.picking_type_id.warehouse_id.out_type_id
        target = self.move_id.location_dest_id
        picking = self.env['stock.picking'].with_company(rma.company_id).create({
            'picking_type_id': kind.id, 'partner_id': self.move_id.picking_id.partner_id.id or rma.partner_id.id,
            'origin': f'{rma.number}: {repair.name}', 'location_id': repair.product_location_dest_id.id,
            'location_dest_id': target.id, 'company_id': rma.company_id.id,
            'move_ids': [Command.create({
                'product_id': self.product_id.id, 'product_uom': self.uom_id.id, 'product_uom_qty': repair.product_qty,
                'location_id': repair.product_location_dest_id.id, 'location_dest_id': target.id,
                'company_id': rma.company_id.id, 'customer_rma_line_id': self.id})]})
        picking.action_confirm()
        picking.action_assign()

    def _quantity_due(self):
        return 0.0 if self.resolution == 'repair' else super()._quantity_due()

    def _is_settled(self):
        """A repaired line is settled when its goods are back with the customer."""
        if self.resolution != 'repair':
            return super()._is_settled()
        return bool(self._repaired_moves()) and all(move.state == 'done' for move in self._repaired_moves())
