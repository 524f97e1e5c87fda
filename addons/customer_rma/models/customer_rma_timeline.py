from datetime import timedelta

from markupsafe import Markup

from odoo import api, fields, models
from odoo.fields import Command
from odoo.tools import format_datetime

from odoo.addons.customer_services.fetching import fetch_lines, note_empty


def _goods(moves):
    """Return the done moves as text: how many of what."""
    return ', '.join(
        f'{move._in_product_unit(move.quantity):.10g} × {move.product_id.display_name}'
        for move in moves if move.state == 'done' and move.quantity)


def _in_order(steps):
    """Return steps by their dates; of those within a minute the ranks count: what one transaction does has dates of its begin."""
    ordered = []
    for step in sorted(steps, key=lambda step: (step['date'], step['rank'])):
        place = len(ordered)
        while place and ordered[place - 1]['rank'] > step['rank'] and (
                step['date'] - ordered[place - 1]['date'] < timedelta(minutes=1)):
            place -= 1
        ordered.insert(place, step)
    return ordered


class CustomerRma(models.Model):
    _inherit = 'customer.rma'

    timeline_html = fields.Html(string='Timeline', compute='_compute_timeline_html', compute_sudo=True, sanitize=False)

    def _compute_timeline_html(self):
        for rma in self:
            rma.timeline_html = Markup('<ul>%s</ul>') % Markup('').join(
                Markup('<li>%s: <strong>%s</strong> %s</li>') % (
                    format_datetime(self.env, step['date'], dt_format='short'), step['title'], step['text'])
                for step in rma._timeline())

    def _timeline(self):
        """Return what happened, in its order: list of dicts ``date`` (UTC), ``title``, ``text``, ``url``, ``rank``.

        It shows documents of this return only, reached from it.
        """
        self.ensure_one()
        rma_sudo = self.sudo()  # whoever may see the return may see what happened to it
        rma_sudo._fetch_for_timeline()
        steps = [
            *rma_sudo._timeline_states(), *rma_sudo._timeline_goods(), *rma_sudo._timeline_others(),
            *rma_sudo._timeline_money()]
        return _in_order(dict({'text': '', 'url': '', 'rank': 5}, **step) for step in steps if step['date'])

    def _fetch_for_timeline(self):
        """Read the lines, and find out which of all that can hang on returns is not there (in sudo)."""
        note_empty(*self._timeline_relations(fetch_lines(self, 'line_ids')))

    def _timeline_relations(self, lines):
        """Return what can hang on returns and their lines, as :func:`note_empty` takes it; addons add theirs."""
        return [
            *((self, name) for name in (
                'picking_ids', 'credit_note_ids', 'exchange_order_ids', 'refund_transaction_ids', 'label_ids')),
            *((lines, name) for name in ('replacement_move_ids', 'lot_ids'))]

    def _timeline_states(self):
        closed = self.closed_date if self.state in ('rejected', 'cancelled', 'expired') else False
        labels = dict(self._fields['state']._description_selection(self.env))
        return [
            {'date': self.request_date, 'title': self.env._('Requested'), 'text': self.order_names, 'rank': 0},
            {'date': self.review_date, 'title': self.env._('In review'), 'rank': 1},
            {'date': self.approved_date, 'title': self.env._('Approved'), 'rank': 2},
            {'date': self.transit_date, 'title': self.env._('On its way'), 'text': self.tracking_ref or '', 'rank': 3},
            {'date': self.inspected_date, 'title': self.env._('Inspected'), 'rank': 5, 'text': ', '.join(
                f'{line.product_id.display_name}: {line.grade_id.name}' for line in self.line_ids if line.grade_id)},
            {'date': self.resolved_date, 'title': self.env._('Resolved'), 'rank': 9},
            {'date': closed, 'title': labels[self.state], 'text': self.reject_message or '', 'rank': 9},
        ]

    def _timeline_goods(self):
        return [
            {'date': picking.date_done, 'title': self.env._('Received'), 'rank': 4, 'text': _goods(picking.move_ids)}
            for picking in self.picking_ids if picking.state == 'done' and picking.location_id.usage == 'customer']

    def _timeline_others(self):
        """What the customer gets instead."""
        replaced = self.line_ids.filtered(lambda line: line.resolution == 'replace')
        sent = replaced._replacement_moves().filtered(lambda move: move.state == 'done')
        return [{
            'date': picking.date_done, 'title': self.env._('Replacement sent'), 'text': _goods(moves),
        } for picking, moves in sent.grouped('picking_id').items()] + [{
            'date': order.date_order, 'title': self.env._('Ordered in exchange'), 'text': order.name,
            'url': f'/my/orders/{order.id}'} for order in self.exchange_order_ids if order.state == 'sale']

    def _timeline_money(self):
        notes = [{
            'date': note.create_date, 'title': self.env._('Credit note'), 'rank': 6,
            'text': self._text_of_note(note), 'url': note.access_url,
        } for note in self.credit_note_ids if note.state == 'posted']
        refunds = self.refund_transaction_ids.filtered(lambda refund: refund.state == 'done')
        return notes + [{
            'date': refund.last_state_change, 'title': self.env._('Refund'), 'rank': 7,
            'text': f'{refund.currency_id.format(-refund.amount)} · {refund.reference}'} for refund in refunds]

    @api.model
    def _text_of_note(self, note):
        """Return number and amount of a credit note, and what of it was not paid yet and is not owed any more."""
        invoice, currency = note.reversed_entry_id, note.currency_id
        text = f'{note.name}: {currency.format(note.amount_total)}'
        lowered = sum(note.line_ids.matched_debit_ids.filtered(
            lambda part: part.debit_move_id.move_id == invoice).mapped('credit_amount_currency'))
        if currency.is_zero(lowered):
            return text
        return self.env._('%(note)s, of which %(amount)s were not paid yet: %(invoice)s is lower by that', note=text,
                          amount=currency.format(lowered), invoice=invoice.name)

    @api.model
    def _customer_demo_returns(self, order_ids):
        """Deliver a demo order and return some of it: one return waits for staff, one was approved (demo data only)."""
        order = self.env['sale.order'].browse(order_ids)
        for move in order.picking_ids.move_ids:
            move.write({'quantity': move.product_uom_qty, 'picked': True})
        order.picking_ids.with_context(skip_backorder=True, skip_sms=True).button_validate()
        moves = self._returnable_moves(order)
        first, second = self.create([{
            'partner_id': order.partner_id.id, 'company_id': order.company_id.id, 'kind': kind,
            'description': text, 'method_id': self.env.ref('customer_rma.customer_rma_method_parcel').id,
            'line_ids': [Command.create({
                'move_id': move.id, 'quantity': 1,
                'reason_id': self.env.ref(f'customer_rma.customer_rma_reason_{reason}').id})],
        } for move, kind, text, reason in (
            (moves[0], 'claim', 'It flickers.', 'defect'), (moves[-1], 'return', 'We ordered one too many.', 'not_wanted'))])
        for rma in (first, second):
            rma._decide()
            rma.job_ids.filtered(lambda job: job.kind == 'mail').state = 'done'  # nobody is written to
            rma._run_jobs()
