"""What customers ask for: which goods may come back, what that would bring, and the request itself."""
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command, Domain
from odoo.tools import format_date

from odoo.addons.customer_services.fetching import column_names, fetch_lines
from odoo.addons.customer_services.portal_list import contains

from ..const import (
    CUSTOMER_LINE_FIELDS,
    FILES_KEY,
    KINDS,
    MAX_LINES,
    MAX_LOTS,
    MAX_ORDERS,
    MAX_QUANTITY,
    MAX_TEXT,
    MAX_VARIANTS,
)
from ..policy import Item, decide
from .customer_rma_decision import PolicyFacts


class CustomerRma(models.Model):
    _inherit = 'customer.rma'

    # ------------------------------------------------------------------
    # What may come back
    # ------------------------------------------------------------------

    @api.model
    def _customer_orders(self, ids=None, search='', offset=0, limit=MAX_ORDERS):
        """Return the orders that the user may see and of which something was delivered, the newest first.

        :param ids: only these
        :param str search: only those with this text in their number, in the customer's reference, or in a line
        """
        domain = Domain('state', '=', 'sale')
        domain &= Domain('id', 'in', list(ids)) if ids is not None else Domain('order_line.qty_delivered', '>', 0)
        if search:
            domain &= contains('name', 'client_order_ref', 'order_line.name')(search)
        Order = self.env['sale.order']
        return Order.search_fetch(
            domain, column_names(Order), limit=limit, offset=offset, order='date_order desc, id desc')

    @api.model
    def _returnable_moves(self, orders):
        """Return the moves, in sudo, by which goods of these orders were delivered.

        :param orders: ``sale.order`` that were checked with the rights of the user
        """
        # sudo: the orders were checked, and the moves are reached from them
        return fetch_lines(fetch_lines(orders.sudo(), 'order_line'), 'move_ids')._delivered_goods().sorted(
            lambda move: (-move.sale_line_id.order_id.id, move.id))

    @api.model
    def _returnable_items(self, orders, kind='return'):
        """Return what the form for a return shows of the orders: also what may not come back, and why.

        :param orders: ``sale.order`` that were checked with the rights of the user
        :param str kind: kind of the return
        :return: list of dicts: ``move`` and ``order_line`` (in sudo), ``product``, ``left`` (in the unit of the
            product), ``blocked`` (reason or ``''``), ``deadline``, ``estimate`` (refund for one unit),
            ``currency``, ``verdict``, ``photos`` (whether one is needed), ``lots`` (``stock.lot`` to choose from),
            ``tracked`` (products that have them, with their quantity in one unit),
            ``resolutions`` (see :meth:`_choices_of_item`), ``restocking`` (percent), ``shipping`` (in the currency of
            the company), ``methods`` (ids, empty for all), ``contents`` (of one set, ``''`` for other products)
        """
        moves = self._returnable_moves(orders)
        # sudo: the orders were checked; the form names all of their products
        orders.sudo().order_line.product_id.mapped('display_name')
        items = self._items_of_moves(moves, kind)
        for item in items:
            item['estimate'] = item['currency'].round(item['estimate'])
        return items + self._blocked_items(orders.sudo().order_line - moves.sale_line_id)

    @api.model
    def _items_of_moves(self, moves, kind):
        """Return the items of :meth:`_returnable_items` for some moves, in sudo, of orders that were checked."""
        if not moves:
            return []
        left = moves._returnable_quantities()
        rules = self.env['customer.rma.rule']._rules_of(moves.sale_line_id.order_id.company_id[:1])
        facts, items, holders = PolicyFacts(self, rules), [], moves._holders_of_numbers()
        for move in moves:
            estimate = move.sale_line_id._refund_estimate()
            verdict = decide(facts.plain, self._policy_item(move, kind, estimate * max(left[move], 0.0), facts))
            rule = rules.browse(verdict.rule.id) if verdict.rule else rules.browse()
            item = self._returnable_item(move, left[move], kind, estimate, verdict, rule)
            items.append({**item, 'lots': move._returnable_lots(holders)})
        return items

    @api.model
    def _returnable_item(self, move, left, kind, estimate, verdict, rule):
        """Return one item of :meth:`_returnable_items`."""
        line = move.sale_line_id
        choices = self._choices_of_item(move, rule, kind, estimate)
        blocked = self._blocked_reason(move, left, verdict, rule) or (
            '' if choices else self.env._('This product cannot be returned.'))
        reduced = verdict.why == 'reduced' and self.env._(
            'What discounts and gift cards took off the order is taken off this amount. We look at your request first.')
        return {
            'move': move, 'order_line': line, 'product': line.product_id, 'left': max(left, 0.0), 'contents': '',
            'delivered': move._in_product_unit(move.quantity), 'blocked': blocked, 'deadline': verdict.deadline,
            'estimate': estimate * (100.0 - rule.restocking_percent) / 100.0,
            'currency': line.currency_id, 'verdict': verdict, 'photos': bool(rule.photos_required),
            'message': ' '.join(filter(None, (rule.message, reduced))),
            'tracked': [(line.product_id, 1.0)] if line.product_id.tracking != 'none' else [], 'resolutions': choices,
            'restocking': rule.restocking_percent, 'shipping': rule.shipping_fee,
            'methods': rule.relations['methods'] if rule else []}

    @api.model
    def _choices_of_item(self, move, rule, kind, estimate):
        """Return what a customer may ask for instead of delivered goods.

        :return: list of ``(resolution, other product in sudo or an empty one, difference in price for one)``
        """
        sold, nothing = move.sale_line_id.product_id, move.product_id.browse()
        # what has no attributes is the only variant: no query is needed for that
        others = sold.product_tmpl_id.product_variant_ids - sold if sold.combination_indices else nothing
        names = rule._allowed_resolutions(kind)
        choices = [(name, nothing, 0.0) for name in names if name != 'exchange']
        if 'exchange' in names:
            choices += [
                ('exchange', other, move.sale_line_id._price_of_other(other) - estimate)
                for other in others.filtered(lambda other: other.active and other.sale_ok)[:MAX_VARIANTS]]
        return choices

    @api.model
    def _blocked_items(self, lines):
        """Return those lines of orders that are no goods, and sets, of which parts were delivered, as blocked items.

        :param lines: ``sale.order.line``, in sudo, of which nothing may be named in a return
        """
        lines = lines.filtered(
            # what takes something off the order is nothing that could be sent back
            lambda line: not line.display_type and not line.is_downpayment and not line._is_delivery() and line.price_total >= 0 and (
                line.product_id.type == 'service' or (
                    line.qty_delivered > 0 and line.move_ids and line.product_id not in line.move_ids.product_id)))
        return [{
            'move': None, 'order_line': line, 'product': line.product_id, 'left': 0.0, 'delivered': line.qty_delivered,
            'blocked': self.env._('Services cannot be sent back.') if line.product_id.type == 'service' else
            self.env._('This is a set: please write to us if you want to return it.'), 'deadline': None, 'estimate': 0.0,
            'currency': line.currency_id, 'verdict': None, 'photos': False, 'message': '', 'lots': [], 'resolutions': [],
            'restocking': 0.0, 'shipping': 0.0, 'methods': [], 'contents': ''} for line in lines]

    @api.model
    def _blocked_reason(self, move, left, verdict, rule):
        """Return why a customer may not ask for it, in his language, or ``''``."""
        if move.sale_line_id.product_id.uom_id.compare(left, 0) <= 0:
            return self.env._('Nothing is left to return.')
        if verdict.why == 'late':
            return self.env._('The time to return it ended on %s.', format_date(self.env, verdict.deadline))
        if verdict.decision == 'refuse':
            return rule.message or self.env._('This product cannot be returned.')
        return ''

    @api.model
    def _policy_item(self, move, kind, amount, facts, reason=None):
        """Return the facts about delivered goods for the policy.

        :param move: delivered ``stock.move``, in sudo
        :param str kind: kind of the return
        :param float amount: value of what is asked for, taxes included
        :param facts: :class:`PolicyFacts`, what is known already and what the rules ask for
        :param reason: ``customer.rma.reason`` or None
        """
        order = move.sale_line_id.order_id
        customer = order.commercial_partner_id
        zone = ZoneInfo(move.company_id.partner_id.tz or 'UTC')
        wanted = facts.wanted
        groups, recent = facts.of_customer(customer)
        starts = {'order': _day(order.date_order, zone), 'delivery': _day(move._customer_arrival(), zone)}
        if 'invoice' in wanted:
            invoices = move.sale_line_id.invoice_lines.move_id.filtered(
                lambda invoice: invoice.state == 'posted' and invoice.move_type == 'out_invoice')
            starts['invoice'] = min(invoices.mapped('invoice_date'), default=None)
        return Item(
            kind=kind, company=move.company_id.id, amount=amount, today=datetime.now(zone).date(), groups=groups,
            tags=frozenset((customer.category_id | order.partner_id.category_id).ids if 'tags' in wanted else ()),
            products=frozenset(move.sale_line_id.product_id.ids),
            categories=_path(move.sale_line_id.product_id.categ_id) if 'categories' in wanted else frozenset(),
            reasons=frozenset(reason.ids if reason else ()),
            countries=frozenset(order.partner_shipping_id.country_id.ids or customer.country_id.ids)
            if 'countries' in wanted else frozenset(),
            starts={name: day for name, day in starts.items() if day}, recent=recent,
            reduced=order._paid_percent() < 100)

    @api.model
    def _customer_facts(self, customer, wanted):
        """Return ``(ids of the user groups of a customer with those above them, number of his recent returns)``.

        :param wanted: names of the facts that the rules ask for; others are not looked up
        """
        # sudo: customers read neither groups nor the returns of colleagues, the policy does
        groups, recent = self.env['customer.group'].sudo(), 0
        if 'groups' in wanted:
            groups = groups.search([('partner_ids', 'in', customer.ids)])
        if 'recent' in wanted:
            month_ago = fields.Datetime.now() - timedelta(days=30)
            recent = self.sudo().search_count([
                ('commercial_partner_id', '=', customer.id), ('request_date', '>=', month_ago),
                ('state', 'not in', ('cancelled', 'rejected'))])
        return _path(groups), recent

    # ------------------------------------------------------------------
    # The request
    # ------------------------------------------------------------------

    @api.model
    def _prepare_customer_values(self, values):
        """Check what a customer asks for, line by line; nothing is stored if one line is wrong.

        :param dict values: ``line_ids`` is a list of dicts with the names in ``CUSTOMER_LINE_FIELDS``
        :raises UserError: with what is wrong
        """
        values = super()._prepare_customer_values(values)
        kind = values.setdefault('kind', 'return')
        if kind not in dict(KINDS):
            raise UserError(self.env._('Please choose what you want.'))
        if len(values.get('description') or '') > MAX_TEXT:
            raise UserError(self.env._('The text is too long: at most %s characters.', MAX_TEXT))
        if values.get('method_id') and values['method_id'] not in self._customer_choices('customer.rma.method').ids:
            raise UserError(self.env._('Please choose one of the ways in the list.'))
        lines = values.pop('line_ids', None)
        if not isinstance(lines, list) or not lines or len(lines) > MAX_LINES:
            raise UserError(self.env._('Please choose what you want to return.'))
        is_reasoned = any(isinstance(line, dict) and line.get('reason_id') for line in lines)
        reasons = self._customer_choices('customer.rma.reason').ids if is_reasoned else []
        checked = [self._check_customer_line(line, reasons) for line in lines]
        items = self._items_of_request([line['move_id'] for line in checked], kind)
        commands = [Command.create(self._prepare_line(line, items)) for line in checked]
        files = self.env.context.get(FILES_KEY) or []
        chosen = [items[line['move_id']] for line in checked]
        if any(item['photos'] for item in chosen) and not files:
            raise UserError(self.env._('Please add a photo of the goods.'))
        if values.get('method_id') and any(
                item['methods'] and values['method_id'] not in item['methods'] for item in chosen):
            raise UserError(self.env._('These goods cannot come back in this way. Please choose another one.'))
        return {**values, 'line_ids': commands}

    @api.model
    def _check_customer_line(self, line, reasons):
        """Return one line of a request with plain values.

        :param list reasons: ids of the reasons on offer
        :raises AccessError: for names that are not the customer's
        :raises UserError: for values of a wrong kind
        """
        if not isinstance(line, dict) or set(line) - CUSTOMER_LINE_FIELDS:
            raise AccessError(self.env._('These fields cannot be set in the portal: %s', ', '.join(
                sorted(set(line) - CUSTOMER_LINE_FIELDS)) if isinstance(line, dict) else 'line_ids'))
        move_id, quantity, reason = line.get('move_id'), line.get('quantity'), line.get('reason_id') or None
        if type(move_id) is not int or type(quantity) not in (int, float) or not 0 < quantity < MAX_QUANTITY:
            raise UserError(self.env._('Please enter a quantity.'))
        if reason is not None and reason not in reasons:
            raise UserError(self.env._('Please choose one of the reasons in the list.'))
        resolution, product = line.get('resolution') or None, line.get('exchange_product_id') or None
        lots = line.get('lot_ids') or []
        if type(resolution) not in (str, type(None)) or type(product) not in (int, type(None)):
            raise UserError(self.env._('Please choose what you want.'))
        if not isinstance(lots, list) or len(lots) > MAX_LOTS or any(type(lot) is not int for lot in lots):
            raise UserError(self.env._('Please choose the serial numbers or lots in the list.'))
        return {
            'move_id': move_id, 'quantity': quantity, 'reason_id': reason, 'resolution': resolution,
            'exchange_product_id': product, 'lot_ids': lots}

    @api.model
    def _customer_choices(self, model):
        """Return the reasons or ways on offer to the user, in sudo."""
        domain = Domain('company_id', 'in', [self.env.user.company_id.id, False])
        if 'portal_published' in self.env[model]._fields:
            domain &= Domain('portal_published', '=', True)
        # sudo: customers have no ACL on these lists, which are meant for them
        Choice_sudo = self.env[model].sudo()
        return Choice_sudo.search_fetch(domain, column_names(Choice_sudo))

    @api.model
    def _items_of_request(self, move_ids, kind):
        """Return the items of delivered moves by their ids.

        :raises UserError: the same for what is missing, foreign, or given twice
        """
        foreign = self.env._('These goods were not delivered to you.')
        if len(set(move_ids)) != len(move_ids) or any(not 0 < number < 2**31 for number in move_ids):
            raise UserError(foreign)
        # sudo: only to get from the move to its order, which is checked with the rights of the user right here
        Move_sudo = self.env['stock.move'].sudo()
        moves_sudo = Move_sudo.search_fetch([('id', 'in', move_ids)], column_names(Move_sudo))
        # with the other lines of the orders, in one query: some of them may take something off the price
        Line_sudo = self.env['sale.order.line'].sudo()
        lines_sudo = Line_sudo.search_fetch(
            [('order_id.order_line', 'in', moves_sudo.sale_line_id.ids)], column_names(Line_sudo))
        orders = self._customer_orders(lines_sudo.order_id.ids)
        lines_of = lines_sudo.grouped('order_id')
        orders._fields['order_line']._insert_cache(
            orders, [tuple(lines_of[order.sudo()].ids) for order in orders])
        moves_sudo = moves_sudo.filtered(lambda move: (
            move.sale_line_id.order_id in orders and move.state == 'done' and move.location_dest_id.usage == 'customer'))
        items = {item['move'].id: item for item in self._items_of_moves(moves_sudo._delivered_goods(), kind)}
        if set(move_ids) - set(items):
            raise UserError(foreign if set(move_ids) - set(moves_sudo.ids) else self._parts_refusal())
        customer = self.env['customer.document.mixin']._customer_of_creation()
        orders_sudo = orders.sudo()  # all of them were found with the rights of the user
        if len(orders_sudo.commercial_partner_id) > 1 or len(orders_sudo.company_id) > 1:
            raise UserError(self.env._('Please return goods of one customer at a time.'))
        if orders_sudo.commercial_partner_id != customer:
            raise UserError(self.env._('Please switch to the customer who ordered the goods.'))
        return items

    @api.model
    def _parts_refusal(self):
        """Return why a part of a set cannot be returned alone."""
        return self.env._('A part of a set cannot be returned alone here: please return the whole set, or write to us.')

    @api.model
    def _check_units(self, item, quantity):
        """Refuse parts of what was delivered in whole units, and what the unit cannot be divided into.

        :raises UserError: asks for whole units
        """
        rounded, is_whole = item['product'].uom_id.round(quantity), float(item['delivered']).is_integer()
        if abs(rounded - quantity) > 1e-9 or not rounded or (is_whole and not float(quantity).is_integer()):
            raise UserError(self.env._('%s: please enter whole units.', item['product'].display_name))

    @api.model
    def _prepare_line(self, line, items):
        """Return the values of one line, refusing what is blocked or more than what is left.

        :raises UserError: with what is left, or why it cannot come back
        """
        item = items[line['move_id']]
        product, unit = item['product'], item['product'].uom_id
        if item['blocked']:
            raise UserError(self.env._(
                '%(product)s: %(reason)s', product=product.display_name, reason=item['blocked']))
        if unit.compare(line['quantity'], item['left']) > 0:
            raise UserError(self.env._(
                '%(product)s: %(left)s left to return.', product=product.display_name, left=f'{item["left"]:.10g}'))
        self._check_units(item, line['quantity'])
        possible = [(resolution, other.id or None) for resolution, other, _price in item['resolutions']]
        wanted = (line['resolution'] or possible[0][0], line['exchange_product_id'])
        if wanted not in possible:
            raise UserError(self.env._('%s: please choose one of the possibilities in the list.', product.display_name))
        if set(line['lot_ids']) - set(item['lots'].ids):
            raise UserError(self.env._('%s: please choose the serial numbers or lots in the list.', product.display_name))
        lots = line['lot_ids'] or self.line_ids._lots_without_choice(
            item['lots'], [(part, part.uom_id.round(number * line['quantity'])) for part, number in item['tracked']]).ids
        values = {**line, 'resolution': wanted[0], 'lot_ids': [Command.set(lots)]}
        return {name: value for name, value in values.items() if value is not None}

    @api.model_create_multi
    def create(self, vals_list):
        """Let jobs do the rest after this transaction, unless a rule refuses what was asked for."""
        rmas = super().create(vals_list)
        for rma in rmas:
            rma_sudo = rma.sudo()  # jobs are the system's
            if self.env.user.share and rma_sudo.line_ids:
                rma_sudo._refuse_blocked()
                rma_sudo._post_request(self.env.context.get(FILES_KEY))
                rma_sudo._add_job('decide', is_new=True)
        return rmas

    def _refuse_blocked(self):
        """Refuse a request with a line that a rule refuses for its reason; the form did not know that one yet.

        :raises UserError: with the message of the rule
        """
        for line in self.line_ids:
            if line.decision == 'refuse':
                reason = line.rule_id.message or self.env._('This product cannot be returned.')
            elif line.resolution not in line.rule_id._allowed_resolutions(self.kind):
                reason = line.rule_id.message or self.env._('please choose another possibility for this reason.')
            else:
                continue
            raise UserError(self.env._(
                '%(product)s: %(reason)s', product=line.product_id.display_name, reason=reason))

    def _post_request(self, files):
        """Keep what the customer wrote and sent along as the first message of the conversation."""
        self.ensure_one()
        if files:
            self.message_post(
                body=self.description or self.env._('Files of the request'), attachments=files,
                author_id=self.env.user.partner_id.id, message_type='comment', subtype_xmlid='mail.mt_comment')


class StockMove(models.Model):
    _inherit = 'stock.move'

    def _customer_arrival(self):
        """Return when the goods of a delivered move arrived, False while they are on their way."""
        self.ensure_one()
        picking = self.picking_id
        if picking.customer_delivered_date:
            return picking.customer_delivered_date
        return (picking.date_done or self.date) if not picking or picking._is_delivered() else False


def _path(records):
    """Return the ids of records with a hierarchy and of all above them."""
    return frozenset(int(part) for path in records.mapped('parent_path') for part in path.split('/') if part)


def _day(moment, zone):
    """Return the day of a naive UTC moment in a time zone, None of nothing."""
    return moment.replace(tzinfo=ZoneInfo('UTC')).astimezone(zone).date() if moment else None
