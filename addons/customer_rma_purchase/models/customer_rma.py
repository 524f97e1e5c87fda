from odoo import fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from odoo.addons.customer_rma.policy import allocate


class CustomerRma(models.Model):
    _inherit = 'customer.rma'

    vendor_picking_count = fields.Integer(
        string='Vendor returns', compute='_compute_vendor_picking_count', groups='customer_rma.group_customer_rma_user')

    def _compute_vendor_picking_count(self):
        # sudo: a number for who may see the return
        counts = dict(self.env['stock.picking'].sudo()._read_group(
            [('customer_rma_vendor_id', 'in', self.ids)], ['customer_rma_vendor_id'], ['__count']))
        counts = {rma.id: count for rma, count in counts.items()}
        for rma in self:
            rma.vendor_picking_count = counts.get(rma.id, 0)

    def action_return_to_vendor(self):
        """Send what was received on to the vendors of whom it was purchased (staff), one transfer a receipt.

        :raises UserError: if nothing is left to send on, or no receipt of a purchase has as much left
        """
        self._check_staff()
        for rma in self.sudo():  # sudo: the right on the return was checked; receipts and transfers follow from it
            rma._lock_for_refund()
            by_picking = {}
            for line in rma.line_ids:
                for move, quantity in line._vendor_parts():
                    by_picking.setdefault(move.picking_id, []).append((line, move, quantity))
            if not by_picking:
                raise UserError(self.env._(
                    '%s: nothing that was received can go back to a vendor: it went already, or it was not purchased here.',
                    rma.number))
            for picking, parts in by_picking.items():
                rma._make_vendor_return(picking, parts)
        return self.action_open_vendor_pickings() if len(self) == 1 else True

    def _make_vendor_return(self, picking, parts):
        """Return goods of one receipt to its vendor, as Odoo does.

        :param parts: list of ``(line of the return, received move, quantity in the unit of the product)``
        """
        wizard = self.env['stock.return.picking'].with_context(
            active_id=picking.id, active_ids=picking.ids, active_model='stock.picking', default_to_refund=True,
        ).with_company(self.company_id).create({'picking_id': picking.id})
        quantities, lines = {}, {}
        for line, move, quantity in parts:
            quantities[move] = quantities.get(move, 0.0) + quantity
            lines.setdefault(move, line)
        for part in wizard.product_return_moves:
            move = part.move_id
            part.quantity = move.product_id.uom_id._compute_quantity(quantities.get(move, 0.0), part.uom_id)
        sent = wizard._create_return()
        sent.write({'customer_rma_vendor_id': self.id, 'origin': f'{self.number}: {picking.name}'})
        for move in sent.move_ids:
            move.customer_rma_vendor_line_id = lines.get(move.origin_returned_move_id)

    def action_open_vendor_pickings(self):
        """Open the transfers to vendors."""
        self.ensure_one()
        return {
            'type': 'ir.actions.act_window', 'name': self.env._('Vendor returns'), 'res_model': 'stock.picking',
            'view_mode': 'list,form', 'domain': [('customer_rma_vendor_id', '=', self.id)], 'context': {'create': False}}


class CustomerRmaLine(models.Model):
    _inherit = 'customer.rma.line'

    def _vendor_parts(self):
        """Return ``[(received move of a purchase, quantity)]`` for what came back and was not sent on yet (in sudo).

        Quantities are in the unit of the product; the latest receipt is the first one.
        """
        self.ensure_one()
        Move = self.env['stock.move']
        running = Domain('state', '!=', 'cancel')
        sent = Move.search(Domain('customer_rma_vendor_line_id', '=', self.id) & running)
        left = self.quantity_received - sum(_in_unit(move) for move in sent)
        if self.uom_id.compare(left, 0) <= 0:
            return []
        receipts = Move.search(
            Domain('product_id', '=', self.product_id.id) & Domain('company_id', '=', self.company_id.id)
            & Domain('state', '=', 'done') & Domain('purchase_line_id', '!=', False)
            & Domain('location_id.usage', '=', 'supplier'), order='date desc, id desc', limit=100)
        returned = {}
        for move in Move.search(Domain('origin_returned_move_id', 'in', receipts.ids) & running):
            origin = move.origin_returned_move_id
            returned[origin] = returned.get(origin, 0.0) + _in_unit(move)
        parts, _rest = allocate(left, [(move, _in_unit(move) - returned.get(move, 0.0)) for move in receipts])
        return parts


def _in_unit(move):
    """Return what a move moved, or is to move, in the unit of its product."""
    return move._in_product_unit(move.quantity if move.state == 'done' else move.product_uom_qty)
