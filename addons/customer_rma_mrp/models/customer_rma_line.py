from math import ceil, floor

from odoo import api, fields, models
from odoo.exceptions import UserError

from odoo.addons.customer_rma.const import RUNNING_STATES
from odoo.addons.customer_rma.policy import allocate
from odoo.addons.customer_services.const import GROUP_SPECIALIST

from .sale_order_line import EPSILON


class CustomerRmaLine(models.Model):
    """A set is counted in sets: it is back when all of its parts are."""

    _inherit = 'customer.rma.line'

    kit_parts = fields.Json(
        string='Parts of one set', compute='_compute_kit_parts', store=True, precompute=True, compute_sudo=True,
        groups=GROUP_SPECIALIST, help='As it was delivered: a changed bill of materials does not change it.')
    is_kit = fields.Boolean(string='Set', compute='_compute_is_kit', compute_sudo=True)
    is_incomplete_accepted = fields.Boolean(
        string='Accepted with missing parts', readonly=True, copy=False, help='Sets count as received with any part.')
    kit_missing = fields.Char(string='Missing parts', compute='_compute_kit_missing', compute_sudo=True)

    # ------------------------------------------------------------------
    # Compute
    # ------------------------------------------------------------------

    @api.depends('move_id')
    def _compute_kit_parts(self):
        parts = self.move_id._of_kits().sale_line_id._kit_parts()
        for line in self:
            line.kit_parts = {
                str(product.id): quantity
                for product, quantity in parts.get(line.move_id._of_kits().sale_line_id, {}).items()} or False

    @api.depends('kit_parts')
    def _compute_is_kit(self):
        for line in self:
            line.is_kit = bool(line.kit_parts)

    @api.depends('is_incomplete_accepted')
    def _compute_quantity_received(self):
        return super()._compute_quantity_received()

    @api.depends('quantity_received')
    def _compute_kit_missing(self):
        for line in self:
            parts, came = line._parts(), line._parts_received()
            begun = ceil(max((came.get(product, 0.0) / number for product, number in parts.items()), default=0) - EPSILON)
            missing = {product: number * begun - came.get(product, 0.0) for product, number in parts.items()}
            line.kit_missing = self.env['customer.rma']._list_parts(
                {product: number for product, number in missing.items() if product.uom_id.compare(number, 0) > 0})

    # ------------------------------------------------------------------
    # CRUD and actions
    # ------------------------------------------------------------------

    @api.model
    def _guarded_names(self):
        return super()._guarded_names() | {'kit_parts', 'is_incomplete_accepted'}

    def action_accept_incomplete(self):
        """Take sets with missing parts for received, as far as any part of them came (refund approvers).

        What is paid back for them is the share in the line.

        :raises AccessError: for others
        :raises UserError: if no part is missing
        """
        self.check_access('write')
        self.rma_id._check_approver()
        for line in self.sudo():  # sudo: the right was checked; receipts and jobs are the system's
            if not line.kit_missing or line.is_incomplete_accepted or line.state not in (*RUNNING_STATES, 'resolved'):
                raise UserError(self.env._('No part is missing of what was received.'))
            line.is_incomplete_accepted = True
            line.rma_id.message_post(
                body=self.env._('%(user)s accepted %(product)s without: %(parts)s', user=self.env.user.name,
                                product=line.product_id.display_name, parts=line.kit_missing),
                author_id=self.env.user.partner_id.id, subtype_xmlid='mail.mt_note')
            line.rma_id._add_refund()
        return True

    # ------------------------------------------------------------------
    # Goods
    # ------------------------------------------------------------------

    def _parts(self):
        """Return what one set consists of: dict product -> quantity in its unit; empty for other products."""
        self.ensure_one()
        line_sudo = self.sudo()  # customers have no right on the field
        # those of all sets of the return together, so that the ORM reads them together
        products = {product.id: product for product in self.env['product.product'].browse(
            {int(number) for line in line_sudo.rma_id.line_ids | line_sudo for number in line.kit_parts or ()})}
        return {products[int(number)]: quantity for number, quantity in (line_sudo.kit_parts or {}).items()}

    def _parts_received(self):
        """Return which parts came back: dict product -> quantity in its unit."""
        moves = self.sudo().stock_move_ids.filtered(lambda move: move.state == 'done')
        quantities = self._quantities_of(moves, lambda move: move.quantity * (
            (move.location_id.usage == 'customer') - (move.location_dest_id.usage == 'customer')))
        return {self.env['product.product'].browse(number): quantity for number, quantity in quantities.items()}

    def _count_goods(self, quantities):
        """Of sets, those count of which all parts are there."""
        parts = self._parts()
        if not parts:
            return super()._count_goods(quantities)
        return float(floor(min(
            quantities.get(product.id, 0.0) / number for product, number in parts.items()) + EPSILON))

    def _count_received(self, quantities):
        """Of sets that were accepted with missing parts, those count of which any part is there."""
        parts = self._parts()
        if not parts or not self.is_incomplete_accepted:
            return super()._count_received(quantities)
        begun = max(quantities.get(product.id, 0.0) / number for product, number in parts.items())
        return min(float(ceil(begun - EPSILON)), self.quantity_approved)

    def _parts_to_return(self, taken):
        """Parts go back to the deliveries by which they came, first to the one that completed the set.

        :raises UserError: if less of a part is left than belongs to the sets
        """
        parts = self._parts()
        if not parts:
            return super()._parts_to_return(taken)
        delivered = self.move_id._moves_of_goods().sorted(
            lambda move: (move.picking_id != self.move_id.picking_id, move.id))
        result = []
        for product, number in parts.items():
            lots = self.lot_ids.filtered(lambda lot, product=product: lot.product_id == product)
            shares, rest = allocate(product.uom_id.round(number * self.quantity_approved), [
                (move, move._left_of_part(lots) - taken.get(move, 0.0))
                for move in delivered if move.product_id == product])
            if product.uom_id.compare(rest, 0) > 0:
                raise UserError(self.env._(
                    '%(product)s: less of %(part)s was delivered, or is still there, than belongs to as many sets.',
                    product=self.product_id.display_name, part=product.display_name))
            result += shares
        return result

    def _tracked_parts(self):
        """Each part has its own serial numbers or lots."""
        parts = self._parts()
        if not parts:
            return super()._tracked_parts()
        return [
            (product, product.uom_id.round(number * self.quantity)) for product, number in parts.items()
            if product.tracking != 'none']

    def _contents(self):
        """Return the parts of all sets of the line."""
        # sudo: names of what belongs to a line that was checked
        return self.rma_id._list_parts(self.sudo()._parts(), self.quantity_approved or self.quantity)
