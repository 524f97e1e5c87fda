"""Store credit: a gift card of the customer takes up what a credit note owes him."""
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tools import format_amount, format_date

#: key of the context of the timeline: whether it may name the code of the card
SHOW_CODE_KEY = 'customer_rma_show_code'


class CustomerRma(models.Model):
    _inherit = 'customer.rma'

    # cards are money: who may see one is said by the methods below
    credit_card_ids = fields.One2many(
        'loyalty.card', 'customer_rma_id', string='Gift cards', context={'active_test': False}, groups='base.group_system')
    credit_balance = fields.Char(
        string='Store credit left', compute='_compute_credit_balance', compute_sudo=True,
        help='What of the store credit was not spent yet.')

    @api.depends_context('lang')
    def _compute_credit_balance(self):
        for rma in self:
            card = rma._credit_card()
            rma.credit_balance = format_amount(self.env, card.points, card.currency_id) if card else False

    # ------------------------------------------------------------------
    # What customers may ask for
    # ------------------------------------------------------------------

    @api.model
    def _choices_of_item(self, move, *args):
        """Offer store credit where the company gives it."""
        choices = super()._choices_of_item(move, *args)
        return [
            choice for choice in choices if choice[0] != 'credit' or move.company_id.customer_rma_credit_program_id]

    @api.model
    def _returnable_item(self, move, *args):
        """Add what store credit would bring: key ``credit``, a text or ``''``."""
        item = super()._returnable_item(move, *args)
        item['credit'] = ''
        if any(choice[0] == 'credit' for choice in item['resolutions']):
            days = move.company_id.customer_rma_credit_days
            amount = format_amount(self.env, item['estimate'], item['currency'])
            item['credit'] = self.env._(
                'As store credit: a gift card with %(amount)s for one, valid for %(days)s days.', amount=amount, days=days,
            ) if days else self.env._('As store credit: a gift card with %s for one.', amount)
        return item

    # ------------------------------------------------------------------
    # Giving it
    # ------------------------------------------------------------------

    def _add_gateway_jobs(self, note, *suffix):
        """Plan to put the credit on a gift card instead of paying it back; what paid an open invoice is gone already."""
        if not note._is_store_credit():
            return super()._add_gateway_jobs(note, *suffix)
        if note.currency_id.compare_amounts(note.amount_residual, 0) > 0:
            self._add_job('credit', ''.join([f'note-{note.id}', *suffix]), move_id=note.id)
        return None

    def _has_running_refund(self):
        return super()._has_running_refund() or bool(self.job_ids.filtered(
            lambda job: job.kind == 'credit' and job.state == 'todo'))

    def _give_store_credit(self, note):
        """Put what a credit note owes on the gift card of the return; a second call finds nothing that is owed.

        The entry takes the debt off the receivables and makes it a liability: the account that Odoo debits when the card
        is spent.

        :raises UserError: if the company gives no store credit any more
        """
        self.ensure_one()
        self._lock_for_refund()
        owed = note.line_ids.filtered(
            lambda line: line.account_id.account_type == 'asset_receivable' and not line.reconciled)
        if note.state != 'posted' or note.currency_id.compare_amounts(note.amount_residual, 0) <= 0:
            return
        card = self._credit_card()
        program = card.program_id or note.company_id.customer_rma_credit_program_id
        if not program:
            raise UserError(self.env._('Please choose a program for store credit in the settings, or pay it back by hand.'))
        account = program._check_store_credit(note.company_id)
        amount = note._amount_in_program(program.currency_id, owed)
        entry = self.env['account.move'].create(self._prepare_credit_entry(note, owed, account, program, amount))
        entry.action_post()
        for receivable, lines in owed.grouped('account_id').items():
            (lines | entry.line_ids.filtered(lambda line, receivable=receivable: line.account_id == receivable)).reconcile()
        card = card or self.env['loyalty.card'].with_context(loyalty_no_mail=True).create({
            'program_id': program.id, 'partner_id': self.commercial_partner_id.id, 'points': 0, 'customer_rma_id': self.id})
        self._top_up(card, entry, amount)
        self._add_job('mail', f'credit-{entry.id}', event='credit')
        self._add_refund()

    def _prepare_credit_entry(self, note, owed, account, program, amount):
        """Return the values of the entry that moves what is owed to a liability.

        :param owed: open receivable lines of the credit note
        :param account: ``account.account`` of the program
        :param float amount: what the card gets, in the currency of the program
        """
        company = note.company_id
        reserved = company.currency_exchange_journal_id | company.tax_cash_basis_journal_id
        journal = self.env['account.journal'].search([
            *self.env['account.journal']._check_company_domain(company), ('type', '=', 'general'),
            ('id', 'not in', reserved.ids)], limit=1)
        if not journal:
            raise UserError(self.env._('%s has no journal for miscellaneous entries.', company.name))
        name = self.env._('%(number)s: store credit for %(note)s', number=self.number, note=note.name)
        lines = [{
            'account_id': line.account_id.id, 'partner_id': line.partner_id.id, 'name': name,
            'currency_id': line.currency_id.id, 'amount_currency': -line.amount_residual_currency,
            'balance': -line.amount_residual} for line in owed]
        lines.append({
            'account_id': account.id, 'partner_id': owed.partner_id[:1].id, 'name': name,
            'currency_id': program.currency_id.id, 'amount_currency': -amount,
            'balance': sum(owed.mapped('amount_residual'))})
        return {
            'move_type': 'entry', 'journal_id': journal.id, 'company_id': company.id, 'ref': name,
            'partner_id': note.commercial_partner_id.id, 'customer_rma_note_id': note.id,
            'date': max(fields.Date.context_today(self), note.date),
            'line_ids': [Command.create(line) for line in lines]}

    def _top_up(self, card, entry, amount):
        """Add an amount to the gift card of the return, and note by which entry it is owed."""
        days = entry.company_id.customer_rma_credit_days
        self.env['loyalty.history'].create({
            'card_id': card.id, 'issued': amount, 'customer_rma_entry_id': entry.id,
            'description': self._for_customer().env._('Return %s', self.number)})
        card.with_context(loyalty_no_mail=True).write({
            'points': card.points + amount,
            'expiration_date': fields.Date.context_today(self) + timedelta(days=days) if days else False})

    # ------------------------------------------------------------------
    # Showing it
    # ------------------------------------------------------------------

    def _credit_card(self):
        """Return the gift card of the return, in sudo: customers and users of returns read no cards, but see theirs here."""
        self.ensure_one()
        return self._origin.sudo().credit_card_ids  # one at most

    def _timeline_relations(self, lines):
        """Most returns have no gift card."""
        return [*super()._timeline_relations(lines), (self, 'credit_card_ids')]

    def _credit_card_of_viewer(self):
        """Return the gift card for who sees the return by his own rights; who holds a share link does not get the code."""
        return self.env['loyalty.card'] if self.env.su else self._credit_card()

    def _timeline(self):
        """Tell the timeline whether it may name codes: they are money, so a share link does not show them."""
        return super(CustomerRma, self.with_context(**{SHOW_CODE_KEY: not self.env.su}))._timeline()

    def _timeline_money(self):
        steps = super()._timeline_money()
        card = self._credit_card() if any(line.resolution == 'credit' for line in self.line_ids) else None
        if not card:
            return steps
        return steps + [{
            'date': history.create_date, 'title': self.env._('Store credit'), 'rank': 7,
            'text': ' · '.join(filter(None, [
                format_amount(self.env, history.issued, card.currency_id),
                self.env._('code %s', card.code) if self.env.context.get(SHOW_CODE_KEY) else '',
                self.env._('%s left', format_amount(self.env, card.points, card.currency_id)),
                self.env._('valid until %s', format_date(self.env, card.expiration_date)) if card.expiration_date else ''])),
        } for history in card.history_ids.filtered('customer_rma_entry_id')]

    @api.model
    def _event_template(self, event):
        """The mail about store credit is ours."""
        if event != 'credit':
            return super()._event_template(event)
        return self.env.ref(
            'customer_rma_loyalty.mail_template_customer_rma_credit', raise_if_not_found=False) or self.env['mail.template']

    def action_open_credit(self):
        """Open the gift card of the return.

        :raises AccessError: to who may not see the return
        """
        self.ensure_one()
        self.check_access('read')
        return {
            'type': 'ir.actions.act_window', 'name': self.env._('Store credit'), 'res_model': 'loyalty.card',
            'view_mode': 'form', 'res_id': self._credit_card().id}

    # ------------------------------------------------------------------
    # The nightly reconciliation
    # ------------------------------------------------------------------

    def _money_differences(self):
        """What was put on the card is what is booked for it."""
        problems = super()._money_differences()
        entries = self.env['account.move'].search([
            ('customer_rma_note_id', 'in', self.credit_note_ids.ids), ('state', '=', 'posted')])
        card = self._credit_card()
        if not entries and not card:
            return problems
        lines = entries.line_ids.filtered(lambda line: line.account_id.account_type != 'asset_receivable')
        currency = card.currency_id or lines.currency_id[:1]
        given = sum(card.history_ids.filtered('customer_rma_entry_id').mapped('issued'))
        booked = -sum(lines.mapped('amount_currency'))
        if currency.compare_amounts(given, booked):
            problems.append(self.env._(
                '%(given)s were given as store credit, but %(booked)s are booked.', given=currency.format(given),
                booked=currency.format(booked)))
        return problems
