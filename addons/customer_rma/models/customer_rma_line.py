from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tools import SQL

from odoo.addons.customer_services.const import GROUP_SPECIALIST

from ..const import DEAD_STATES, DECISIONS, MAX_QUANTITY, RESOLUTIONS

#: what is fixed once a line is there
FIXED_FIELDS = frozenset({'rma_id', 'move_id', 'order_line_id', 'product_id'})
#: resolutions with a credit note
CREDITED = ('refund', 'exchange')


class CustomerRmaLine(models.Model):
    """One delivered product that comes back, in the unit of the product.

    Received and refunded quantities are computed from done moves and posted credit notes: nobody types them.
    """

    _name = 'customer.rma.line'
    _description = 'Line of a return'
    _order = 'id'
    _rec_names_search = ['product_id']

    rma_id = fields.Many2one('customer.rma', string='Return', required=True, index=True, ondelete='cascade')
    state = fields.Selection(related='rma_id.state')
    company_id = fields.Many2one(related='rma_id.company_id')
    move_id = fields.Many2one(
        'stock.move', string='Delivery', required=True, index=True, ondelete='restrict',
        help='The delivered move whose goods come back.')
    order_line_id = fields.Many2one(
        'sale.order.line', string='Order line', compute='_compute_from_move', store=True, precompute=True, index=True,
        ondelete='restrict')
    product_id = fields.Many2one(
        'product.product', string='Product', compute='_compute_from_move', store=True, precompute=True, index=True,
        ondelete='restrict')
    order_id = fields.Many2one(
        related='order_line_id.order_id', string='Order', store=True, precompute=True, index=True)
    origin_picking_id = fields.Many2one(related='move_id.picking_id', string='Shipment')
    uom_id = fields.Many2one(related='product_id.uom_id', string='Unit')
    reason_id = fields.Many2one('customer.rma.reason', string='Reason', ondelete='restrict', index='btree_not_null')
    resolution = fields.Selection(RESOLUTIONS, required=True, default='refund')
    quantity = fields.Float(string='Requested', digits='Product Unit', required=True, default=1.0)
    quantity_approved = fields.Float(string='Approved', digits='Product Unit', readonly=True, copy=False)
    quantity_received = fields.Float(
        string='Received', digits='Product Unit', compute='_compute_quantity_received', store=True, compute_sudo=True)
    quantity_refunded = fields.Float(
        string='Refunded', digits='Product Unit', compute='_compute_quantity_refunded', store=True, compute_sudo=True)
    quantity_claimed = fields.Float(
        string='Held', digits='Product Unit', compute='_compute_quantity_claimed', store=True, compute_sudo=True,
        help='What of the delivery this line takes, so that nobody asks for it again.')
    is_kept = fields.Boolean(string='Customer keeps it', readonly=True, copy=False)
    grade_id = fields.Many2one('customer.rma.grade', string='Grade', ondelete='restrict', copy=False)
    refund_percent = fields.Float(
        string='Refund in percent', compute='_compute_refund_percent', store=True, precompute=True, readonly=False)

    paid_percent = fields.Float(
        string='Paid in percent', readonly=True, copy=False, default=100.0,
        help='What is left of the price after lines of the order that take something off, like discounts and gift cards.')
    restocking_percent = fields.Float(
        string='Restocking fee in percent', help='Of what is credited. The rule sets it, refund approvers change it.')
    shipping_fee = fields.Float(
        string='Fee for shipping', help='In the currency of the company. A return pays the highest one of its lines, once.')
    rule_id = fields.Many2one('customer.rma.rule', string='Rule', readonly=True, copy=False, ondelete='set null',
        groups=GROUP_SPECIALIST)
    decision = fields.Selection(DECISIONS, readonly=True, copy=False)
    deadline = fields.Date(string='Last day', readonly=True, copy=False)
    policy_trace = fields.Text(
        string='How it was decided', readonly=True, copy=False, groups=GROUP_SPECIALIST,
        help='Each rule that was asked, and why it did not fit.')

    note = fields.Char(string='Internal note', groups=GROUP_SPECIALIST)
    stock_move_ids = fields.One2many('stock.move', 'customer_rma_line_id', string='Moves', groups='base.group_user')
    refund_line_ids = fields.One2many('account.move.line', 'customer_rma_line_id', string='Credit note lines', groups='base.group_user')

    _quantity_positive = models.Constraint('CHECK (quantity > 0)', 'A quantity is more than zero.')
    _approved_range = models.Constraint(
        'CHECK (quantity_approved >= 0 AND quantity_approved <= quantity)',
        'No more can be approved than was requested.')
    _percent_range = models.Constraint(
        'CHECK (refund_percent >= 0 AND refund_percent <= 100)', 'A refund is between 0 and 100 percent.')
    # NaN is more than every number for the database
    _fees_range = models.Constraint(
        'CHECK (restocking_percent >= 0 AND restocking_percent <= 100 AND shipping_fee >= 0 AND shipping_fee < 1e9)',
        'Fees are not negative, and no more than what is credited.')
    _rma_move_unique = models.UniqueIndex('(rma_id, move_id)', 'A delivery stands only once in a return.')

    # ------------------------------------------------------------------
    # Compute
    # ------------------------------------------------------------------

    @api.depends('move_id')
    def _compute_from_move(self):
        for line in self:
            move_sudo = line.move_id.sudo()  # names of what the constraint checks against the customer
            line.order_line_id = move_sudo.sale_line_id
            # of a set, parts were delivered
            line.product_id = move_sudo.sale_line_id.product_id or move_sudo.product_id

    @api.depends('product_id')
    def _compute_display_name(self):
        """Name the product, also to customers, who do not read products themselves."""
        for line in self:
            line.display_name = line.sudo().product_id.display_name

    @api.depends('grade_id', 'paid_percent')
    def _compute_refund_percent(self):
        for line in self:
            line.refund_percent = (line.grade_id.refund_percent if line.grade_id else 100.0) * line.paid_percent / 100.0

    @api.depends(
        'stock_move_ids.state', 'stock_move_ids.quantity', 'stock_move_ids.product_uom', 'stock_move_ids.location_id',
        'stock_move_ids.location_dest_id')
    def _compute_quantity_received(self):
        for line in self:
            line.quantity_received = line._count_received(line._quantities_of(
                line.stock_move_ids.filtered(lambda move: move.state == 'done'),
                lambda move: move.quantity * (
                    (move.location_id.usage == 'customer') - (move.location_dest_id.usage == 'customer'))))

    @api.depends('refund_line_ids.parent_state', 'refund_line_ids.quantity', 'refund_line_ids.product_uom_id')
    def _compute_quantity_refunded(self):
        for line in self:
            line.quantity_refunded = sum(
                part.product_uom_id._compute_quantity(part.quantity, line.uom_id, round=False)
                if part.product_uom_id else part.quantity
                for part in line.refund_line_ids if part.parent_state == 'posted')

    @api.depends(
        'quantity', 'quantity_approved', 'quantity_received', 'quantity_refunded', 'quantity_replaced', 'rma_id.state')
    def _compute_quantity_claimed(self):
        for line in self:
            done = max(line.quantity_received, line.quantity_refunded, line.quantity_replaced)
            if line.rma_id.state in ('requested', 'review'):
                line.quantity_claimed = line.quantity
            elif line.rma_id.state in (*DEAD_STATES, 'resolved'):
                line.quantity_claimed = done
            else:
                line.quantity_claimed = max(line.quantity_approved, done)

    # ------------------------------------------------------------------
    # Constraints
    # ------------------------------------------------------------------

    @api.constrains('move_id', 'rma_id')
    def _check_owner(self):
        """A line is about goods that this customer ordered and got: never about anybody else's."""
        standing = self.sudo().move_id._standing_for_goods()
        for line in self.sudo():
            move, rma = line.move_id, line.rma_id
            if (move.state != 'done' or move.location_dest_id.usage != 'customer' or not move.sale_line_id
                    or move.sale_line_id.order_id.commercial_partner_id != rma.commercial_partner_id
                    or move.company_id != rma.company_id):
                raise ValidationError(self.env._('These goods were not delivered to this customer.'))
            if move not in standing:
                # a part of a set: what it is worth of the price of the set is nowhere to be seen
                raise ValidationError(line.rma_id._parts_refusal())

    @api.constrains('move_id', 'quantity')
    def _check_quantity_left(self):
        """The guard: no more comes back than was delivered, whoever asks, and how often at the same time.

        The delivered moves are written, not only locked: of two parallel requests the second one fails, is tried again
        by Odoo, and then sees what the first one took.

        :raises ValidationError: with what is left
        """
        left = self.sudo().move_id._returnable_quantities(without=self, lock=True)
        for line in self:
            if line.sudo().uom_id.compare(line.quantity, left[line.sudo().move_id]) > 0:
                raise ValidationError(self.env._(
                    '%(product)s: %(left)s left to return.', product=line.sudo().product_id.display_name,
                    left=line._format_quantity(left[line.sudo().move_id])))

    def _format_quantity(self, quantity):
        return f'{max(quantity, 0.0):.10g}'

    # ------------------------------------------------------------------
    # CRUD
    # ------------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        """Create lines; what the rules and the gate decide is nobody's to write."""
        self._check_quantities(vals_list)
        if not self.env.su:
            self._check_guarded(vals_list)
        return super().create(self._with_known(vals_list))

    @api.model
    def _with_known(self, vals_list):
        """Return the values of new lines with what is known of them: nothing came back yet."""
        computed = {'quantity_received', 'quantity_refunded', 'quantity_replaced', 'quantity_claimed'}
        linked = {'stock_move_ids', 'refund_line_ids', 'replacement_move_ids', 'exchange_line_ids'}
        return [vals if (
            (computed | linked) & set(vals)
            or self.env['customer.rma'].browse(vals.get('rma_id')).state not in ('requested', 'review')
        ) else {
            **vals, **dict.fromkeys(computed, 0.0), 'quantity_claimed': vals.get('quantity', 1.0)} for vals in vals_list]

    def write(self, vals):
        """Refuse what is fixed, what the gate decides, and a refund share by who may not decide about money."""
        self._check_quantities([vals])
        if not self.env.su:
            self._check_guarded([vals])
            if FIXED_FIELDS & set(vals):
                raise AccessError(self.env._('The goods of a line cannot be changed. Delete it and enter another one.'))
            if {'refund_percent', 'restocking_percent', 'shipping_fee'} & set(vals):
                self.rma_id._check_approver()
            if {'quantity', 'resolution', 'exchange_product_id', 'lot_ids'} & set(vals) and any(
                    state not in ('requested', 'review') for state in self.mapped('state')):
                raise AccessError(self.env._('The return was decided already.'))
        return super().write(vals)

    @api.model
    def _check_quantities(self, vals_list):
        """Refuse what is no quantity before it is rounded: there Odoo stops with an error of Python (RPC).

        :raises ValidationError: for texts, nothing, not a number, infinity, and more than anybody orders
        """
        for vals in vals_list:
            try:
                is_quantity = 0 < float(vals.get('quantity', 1)) < MAX_QUANTITY
            except (TypeError, ValueError):
                is_quantity = False
            if not is_quantity:
                raise ValidationError(self.env._('Please enter a quantity.'))

    @api.model
    def _guarded_names(self):
        """Return the names of the fields that only the gate and the jobs write."""
        return {
            'quantity_approved', 'quantity_received', 'quantity_refunded', 'quantity_claimed', 'is_kept', 'rule_id',
            'decision', 'deadline', 'policy_trace', 'paid_percent', 'stock_move_ids', 'refund_line_ids', 'quantity_replaced',
            'replacement_move_ids', 'exchange_line_ids'}

    @api.model
    def _check_guarded(self, vals_list):
        found = sorted({name for vals in vals_list for name in vals} & self._guarded_names())
        if found:
            raise AccessError(self.env._('These fields cannot be set: %s', ', '.join(found)))

    @api.ondelete(at_uninstall=False)
    def _unlink_except_decided(self):
        if any(line.rma_id.state not in ('requested', 'review') for line in self.sudo()):
            raise ValidationError(self.env._('The return was decided already.'))

    def action_keep(self):
        """Let the customer keep the goods, or not after all (refund approvers, before the decision).

        :raises AccessError: for others
        :raises UserError: if it was decided already
        """
        self.check_access('write')
        self.rma_id._check_approver()
        for line in self.sudo():  # sudo: the right was checked; the gate owns the field
            if line.state not in ('requested', 'review'):
                raise UserError(self.env._('The return was decided already.'))
            line.is_kept = not line.is_kept
            line.rma_id.message_post(
                body=self.env._('%(user)s: the customer keeps %(product)s.', user=self.env.user.name,
                                product=line.product_id.display_name) if line.is_kept else
                self.env._('%(user)s: the customer sends %(product)s back.', user=self.env.user.name,
                           product=line.product_id.display_name),
                author_id=self.env.user.partner_id.id, subtype_xmlid='mail.mt_note')
        return True

    # ------------------------------------------------------------------
    # Goods: hooks for sets, of which parts are moved
    # ------------------------------------------------------------------

    def _quantities_of(self, moves, quantity):
        """Return what moves carry, as dict from the id of a product to the quantity in its unit.

        :param quantity: function from a move to what of it counts, in the unit of the move
        """
        quantities = {}
        for move in moves:
            number = move.product_id.id
            quantities[number] = quantities.get(number, 0.0) + move._in_product_unit(quantity(move))
        return quantities

    def _count_goods(self, quantities):
        """Return how much of the product of the line some goods are, in its unit.

        :param dict quantities: see :meth:`_quantities_of`; less than 0 is what went out again
        """
        self.ensure_one()
        return sum(quantities.values())

    def _count_received(self, quantities):
        """Return how much of the product of the line came back by these goods, in its unit."""
        return self._count_goods(quantities)

    def _came_back(self):
        """Tell whether any goods of the line came back, also if they are not all parts of a set."""
        return bool(self.stock_move_ids.filtered(
            lambda move: move.state == 'done' and move.quantity and move.location_id.usage == 'customer'))

    def _parts_to_return(self, taken):
        """Return what is to be sent back, as list of ``(delivered move, quantity in the unit of its product)``.

        :param dict taken: what other lines, whose transfers are not there yet, take of the moves
        """
        self.ensure_one()
        return [(self.move_id, self.quantity_approved)]

    def _tracked_parts(self):
        """Return what of the line has serial numbers or lots, as list of ``(product, quantity in its unit)``."""
        self.ensure_one()
        return [(self.product_id, self.quantity)] if self.tracking != 'none' else []

    def _contents(self):
        """Return what a set consists of as text for the customer, ``''`` for other products."""
        return ''

    # ------------------------------------------------------------------
    # Quantities
    # ------------------------------------------------------------------

    def _quantity_due(self):
        """Return what is to be credited now and was not credited yet, in the unit of the product."""
        self.ensure_one()
        if not self._is_credited():
            return 0.0
        return max(self._quantity_ready() - self.quantity_refunded, 0.0)

    def _is_credited(self):
        """Tell whether what comes back is credited; other addons know further ways."""
        self.ensure_one()
        return self.resolution in CREDITED

    def _is_due(self):
        """Tell whether anything is to be given for the line now."""
        self.ensure_one()
        due = self._replacement_due() if self.resolution == 'replace' else self._quantity_due()
        return self.uom_id.compare(due, 0) > 0

    def _quantity_ready(self):
        """Return for how much of the line something is to be given, or was given, in the unit of the product."""
        self.ensure_one()
        rma = self.rma_id
        if rma.state not in ('approved', 'transit', 'received', 'inspected', 'resolved'):
            return 0.0
        trigger = 'approval' if self.is_kept else rma.refund_trigger
        if trigger == 'approval' or (trigger == 'scan' and rma.state != 'approved'):
            target = self.quantity_approved
        elif trigger == 'inspection':
            target = self.quantity_received if self.grade_id else 0.0
        else:
            target = self.quantity_received
        return max(min(target, self.quantity_approved), 0.0)

    def _is_settled(self):
        """Tell whether nothing more is to come or to be given for the line."""
        self.ensure_one()
        compare = self.uom_id.compare
        given = self.quantity_refunded if self._is_credited() else self.quantity_replaced
        if compare(given, self.quantity_approved) >= 0:
            return True
        expected = self.stock_move_ids.filtered(lambda move: move.location_id.usage == 'customer')
        is_expected = not expected or expected.filtered(lambda move: move.state not in ('done', 'cancel'))
        return not is_expected and self.quantity_received > 0 and compare(given, self.quantity_received) >= 0


class StockMove(models.Model):
    _inherit = 'stock.move'

    customer_rma_line_id = fields.Many2one(
        'customer.rma.line', string='Line of a return', index='btree_not_null', ondelete='set null')

    def _in_product_unit(self, quantity):
        """Return a quantity in the unit of the move in that of its product."""
        self.ensure_one()
        return self.product_uom._compute_quantity(quantity, self.product_id.uom_id, rounding_method='HALF-UP')

    def _standing_for_goods(self):
        """Return those of delivered moves that a line of a return may name; of the parts of a set it is one of them."""
        return self.filtered(lambda move: move.product_id == move.sale_line_id.product_id)

    def _moves_of_goods(self):
        """Return the moves by which the goods were delivered for which these moves stand."""
        return self

    def _lock_for_return_sql(self):
        """Return the SQL that writes the rows: parallel requests wait for each other, the later one sees the earlier one."""
        self.flush_recordset()
        return SQL(
            'UPDATE stock_move SET id = id WHERE id IN ('
            'SELECT id FROM stock_move WHERE id = ANY(%s) ORDER BY id FOR NO KEY UPDATE) RETURNING id',
            list(self._moves_of_goods().ids))

    def _returnable_quantities(self, without=None, lock=False):
        """Return what is left to return of each delivered move, as dict from the move, in the unit of its product.

        Other returns take what they hold; goods that came back without a return in our sense count as well.

        :param without: lines that do not count, ``customer.rma.line``
        :param bool lock: whether nobody else may take anything of them until the end of the transaction
        """
        self.env['customer.rma.line'].flush_model(['move_id', 'quantity_claimed'])
        self.env['stock.location'].flush_model(['usage'])
        self.flush_model(['origin_returned_move_id', 'customer_rma_line_id', 'state', 'location_id'])
        taken, others = dict.fromkeys(self.ids, 0.0), []
        locked = SQL('WITH locked AS (%s) ', self._lock_for_return_sql()) if lock else SQL()
        # one query for all: no rights are asked here, whoever takes something, takes it
        for origin_id, quantity, other_id in self.env.execute_query(SQL(
                '%sSELECT move_id, SUM(quantity_claimed), NULL FROM customer_rma_line'
                ' WHERE move_id = ANY(%s) AND NOT id = ANY(%s) GROUP BY move_id UNION ALL '
                'SELECT move.origin_returned_move_id, 0, move.id FROM stock_move move'
                ' JOIN stock_location source ON source.id = move.location_id'
                " WHERE move.origin_returned_move_id = ANY(%s) AND move.state != 'cancel' AND source.usage = 'customer'"
                ' AND move.customer_rma_line_id IS NULL', locked, self.ids, without.ids if without else [], self.ids)):
            taken[origin_id] += float(quantity or 0.0)
            others += [other_id] if other_id else []
        for move in self.sudo().browse(others):
            quantity = move.quantity if move.state == 'done' else move.product_uom_qty
            taken[move.origin_returned_move_id.id] += move._in_product_unit(quantity)
        return {move: move._in_product_unit(move.quantity) - taken[move.id] for move in self}

    def _delivered_goods(self):
        """Return those of the moves that brought a customer what he ordered, and that a line of a return may name."""
        return self.filtered(lambda move: (
            move.state == 'done' and move.location_dest_id.usage == 'customer' and move.sale_line_id))._standing_for_goods()
