"""What the warehouse does: serial numbers and lots, receipts in several steps, places for graded goods."""
from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Command, Domain

from ..const import DEAD_STATES
from ..policy import allocate


class CustomerRma(models.Model):
    _inherit = 'customer.rma'

    def _expected_pickings(self):
        """Return the open transfers by which the customer sends goods back."""
        return self._open_pickings().filtered(lambda picking: picking.location_id.usage == 'customer')

    def _open_pickings(self):
        return self.picking_ids.filtered(lambda picking: picking.state not in ('done', 'cancel'))

    def _store_graded(self):
        """Bring what was graded to the place of its grade, by transfers that are done at once.

        Goods that the warehouse still has to put away are put away there instead.
        """
        self.ensure_one()
        for line in self.line_ids.filtered(lambda line: line.quantity_received > 0 and line.grade_id.location_id):
            target = line.grade_id.location_id
            inner = line.stock_move_ids.filtered(
                lambda move: move.state not in ('done', 'cancel') and move.location_id.usage != 'customer')
            if inner:
                inner.write({'location_dest_id': target.id})
                inner.move_line_ids.write({'location_dest_id': target.id})
                continue
            for (product, source, lot), quantity in line._places().items():
                if source != target and product.uom_id.compare(quantity, 0) > 0:
                    line._transfer(product, source, target, lot, quantity)

    def _add_store_job(self):
        """Plan to bring graded goods to their places, if there are any."""
        if any(line.grade_id.location_id for line in self.line_ids):
            self._add_job('store')


class CustomerRmaLine(models.Model):
    _inherit = 'customer.rma.line'

    lot_ids = fields.Many2many(
        'stock.lot', string='Serial numbers or lots', copy=False, groups='base.group_user',
        help='Which of the delivered pieces come back.')
    tracking = fields.Selection(related='product_id.tracking')
    lot_names = fields.Char(string='Numbers', compute='_compute_lot_names', compute_sudo=True)

    @api.depends('lot_ids.name')
    def _compute_lot_names(self):
        for line in self:
            line.lot_names = ', '.join(line.lot_ids.mapped('name'))

    @api.model_create_multi
    def create(self, vals_list):
        """Fill in serial numbers and lots where there is no choice."""
        lines = super().create(vals_list)
        holders = lines.sudo().move_id._holders_of_numbers()
        for line in lines.sudo().filtered(lambda line: not line.lot_ids):
            if lots := line._lots_without_choice(line.move_id._returnable_lots(holders - line), line._tracked_parts()):
                line.lot_ids = lots
        lines._check_lots_given()
        return lines

    @api.model
    def _lots_without_choice(self, lots, tracked):
        """Return those of which all that are left come back, or the only lot.

        :param lots: ``stock.lot`` that can come back
        :param tracked: see :meth:`_tracked_parts`
        """
        chosen = lots.browse()
        for product, quantity in tracked:
            free = lots.filtered(lambda lot, product=product: lot.product_id == product)
            chosen |= free if len(free) == (quantity if product.tracking == 'serial' else 1) else lots.browse()
        return chosen

    def _check_lots_given(self):
        """Ask for the numbers of tracked goods, once a line is complete.

        :raises ValidationError: if they are missing
        """
        for line in self.sudo():
            for product, quantity in line._tracked_parts():
                delivered, given = (lots.filtered(lambda lot: lot.product_id == product) for lots in (
                    line.move_id._tracked_goods().move_line_ids.lot_id, line.lot_ids))
                if delivered and len(given) != (quantity if product.tracking == 'serial' else max(len(given), 1)):
                    raise ValidationError(self.env._(
                        '%s: please choose the serial numbers or lots that come back.', product.display_name))

    @api.constrains('lot_ids', 'move_id', 'quantity')
    def _check_lots(self):
        """Only what was delivered by the move comes back, each serial number in one return at a time."""
        lines = self.sudo().filtered('lot_ids')
        holders = lines.move_id._holders_of_numbers()
        for line in lines:
            delivered = line.move_id._tracked_goods()._delivered_lots()
            foreign = line.lot_ids - self.env['stock.lot'].union(*delivered)
            if foreign:
                raise ValidationError(self.env._(
                    '%(product)s: %(lots)s was not delivered with these goods.', product=line.product_id.display_name,
                    lots=', '.join(foreign.mapped('name'))))
            for product, quantity in line._tracked_parts():
                line._check_lots_of(product, quantity, delivered, holders)

    def _check_lots_of(self, product, quantity, delivered, holders):
        """Check the numbers given for one product, if there are any.

        :param dict delivered: see ``StockMove._delivered_lots``
        :param holders: see ``StockMove._holders_of_numbers``
        :raises ValidationError: for a wrong number of them, or if another return takes one
        """
        lots = self.lot_ids.filtered(lambda lot: lot.product_id == product)
        name = product.display_name
        if product.tracking == 'serial':
            if len(lots) not in (0, quantity):
                raise ValidationError(self.env._('%s: please choose one serial number for each piece.', name))
            taken = lots - self.move_id._returnable_lots(holders - self)
            if taken:
                raise ValidationError(self.env._(
                    '%(product)s: %(lots)s is being returned already.', product=name,
                    lots=', '.join(taken.mapped('name'))))
        elif lots and product.uom_id.compare(quantity, sum(delivered[lot] for lot in lots)) > 0:
            raise ValidationError(self.env._('%s: not as many were delivered of these lots.', name))

    def _expect_lots(self, move):
        """Let an expected move ask for the lots that the customer named."""
        self.ensure_one()
        delivered = move.origin_returned_move_id._delivered_lots()
        lots = [lot for lot in self.lot_ids if lot in delivered]
        if not lots:
            return
        parts, _rest = allocate(move._in_product_unit(move.product_uom_qty), [
            (lot, 1.0 if move.product_id.tracking == 'serial' else delivered[lot]) for lot in lots])
        move.move_line_ids.unlink()
        self.env['stock.move.line'].create([
            {**move._prepare_move_line_vals(), 'quantity': quantity, 'lot_id': lot.id,
             'product_uom_id': move.product_id.uom_id.id} for lot, quantity in parts])

    def _places(self):
        """Return where goods that came back are: dict ``(product, location, lot)`` -> quantity in the unit of the product."""
        self.ensure_one()
        places = {}
        for part in self.stock_move_ids.move_line_ids.filtered(lambda part: part.state == 'done'):
            for location, sign in ((part.location_dest_id, 1), (part.location_id, -1)):
                if location.usage == 'internal':
                    key = (part.product_id, location, part.lot_id)
                    places[key] = places.get(key, 0.0) + sign * part.quantity_product_uom
        return places

    def _transfer(self, product, source, target, lot, quantity):
        """Move goods inside of the company, at once."""
        kind = (source.warehouse_id or self.origin_picking_id.picking_type_id.warehouse_id).int_type_id
        picking = self.env['stock.picking'].with_company(self.company_id).create({
            'picking_type_id': kind.id, 'location_id': source.id, 'location_dest_id': target.id,
            'origin': self.rma_id.number, 'customer_rma_id': self.rma_id.id, 'company_id': self.company_id.id,
            'move_ids': [Command.create({
                'product_id': product.id, 'product_uom_qty': quantity, 'product_uom': product.uom_id.id,
                'location_id': source.id, 'location_dest_id': target.id, 'company_id': self.company_id.id,
                'customer_rma_line_id': self.id})]})
        picking.action_confirm()
        move = picking.move_ids
        move.move_line_ids.unlink()
        self.env['stock.move.line'].create({
            **move._prepare_move_line_vals(), 'quantity': quantity, 'lot_id': lot.id, 'product_uom_id': product.uom_id.id})
        move.picked = True
        picking.with_context(skip_backorder=True, skip_sms=True).button_validate()


class CustomerRmaGrade(models.Model):
    _inherit = 'customer.rma.grade'

    location_id = fields.Many2one(
        'stock.location', string='Place', domain=[('usage', 'in', ('internal', 'inventory'))], check_company=True,
        ondelete='restrict', help='Where goods of this grade are brought after the inspection; a place for scrap scraps them.')


class StockMove(models.Model):
    _inherit = 'stock.move'

    def _delivered_lots(self):
        """Return what of each lot delivered moves brought: dict lot -> quantity in the unit of the product."""
        lots = {}
        for part in self.move_line_ids.filtered('lot_id'):
            lots[part.lot_id] = lots.get(part.lot_id, 0.0) + part.quantity_product_uom
        return lots

    def _tracked_goods(self):
        """Return those of the moves of the goods that brought products with serial numbers or lots."""
        return self._moves_of_goods().filtered(lambda move: move.product_id.tracking != 'none')

    def _holders_of_numbers(self):
        """Return the lines of returns that may take serial numbers of delivered moves, in sudo: one query for all moves."""
        tracked = self._tracked_goods()
        tracked.move_line_ids.lot_id.mapped('name')  # what is asked of each move later is read here, for all of them
        moves = tracked.filtered(lambda move: move.product_id.tracking == 'serial')._moves_of_goods()
        # sudo: whoever takes something, takes it
        Line_sudo = self.env['customer.rma.line'].sudo()
        return Line_sudo.search(
            Domain('move_id', 'in', moves.ids) & Domain('rma_id.state', 'not in', DEAD_STATES)) if moves else Line_sudo

    def _returnable_lots(self, holders):
        """Return the lots of a delivered move that no return takes; lots of several pieces stay available.

        :param holders: lines that take serial numbers, of those that :meth:`_holders_of_numbers` found
        """
        self.ensure_one()
        delivered, lots = self._moves_of_goods(), self._tracked_goods().move_line_ids.lot_id
        for holder in holders.filtered(lambda line: line.move_id in delivered):
            moves = holder.stock_move_ids.filtered(lambda move: move.state == 'done')
            # what did not come back after all can be asked for again
            taken = moves.move_line_ids.lot_id if moves and holder.rma_id.state == 'resolved' else holder.lot_ids
            lots -= taken.filtered(lambda lot: lot.product_id.tracking == 'serial')
        return lots

    def _get_new_picking_values(self):
        """Transfers that follow a receipt in several steps belong to its return."""
        values = super()._get_new_picking_values()
        rma = self.customer_rma_line_id.rma_id
        return {**values, 'customer_rma_id': rma.id} if len(rma) == 1 else values

    def _search_picking_for_assignation_domain(self):
        """Goods of a return do not mix with others in one transfer."""
        # a list, since other addons add to it
        return [
            *super()._search_picking_for_assignation_domain(),
            ('customer_rma_id', '=', self.customer_rma_line_id.rma_id.id)]


class StockPicking(models.Model):
    _inherit = 'stock.picking'

    def _check_returned_lots(self):
        """Refuse goods that were never delivered to the customer, by their numbers.

        :raises UserError: with the foreign numbers
        """
        for move in self.sudo().move_ids.filtered(
                lambda move: move.customer_rma_line_id and move.location_id.usage == 'customer'):
            delivered = move.customer_rma_line_id.move_id._tracked_goods().move_line_ids.lot_id.filtered(
                lambda lot, move=move: lot.product_id == move.product_id)
            foreign = move.move_line_ids.lot_id - delivered if delivered else delivered
            if foreign:
                raise UserError(self.env._(
                    '%(lots)s was not delivered to this customer, so it does not belong to the return %(number)s.',
                    lots=', '.join(foreign.mapped('name')), number=move.customer_rma_line_id.rma_id.number))
