"""Invoices as customers see them: what is due, and the statement of account."""
from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.fields import Domain

#: what the portal calls an invoice that is open
OPEN_STATES = ('not_paid', 'partial')


class AccountMove(models.Model):
    _inherit = 'account.move'

    customer_is_overdue = fields.Boolean(
        string='Overdue', compute='_compute_customer_is_overdue', search='_search_customer_is_overdue')

    @api.depends('payment_state', 'state', 'invoice_date_due', 'move_type')
    def _compute_customer_is_overdue(self):
        today = fields.Date.context_today(self)
        for move in self:
            move.customer_is_overdue = bool(
                move.move_type == 'out_invoice' and move.state == 'posted' and move.payment_state in OPEN_STATES
                and move.invoice_date_due and move.invoice_date_due < today)

    @api.model
    def _search_customer_is_overdue(self, operator, value):
        if operator != 'in':
            return NotImplemented
        domain = (
            Domain('move_type', '=', 'out_invoice') & Domain('state', '=', 'posted')
            & Domain('payment_state', 'in', OPEN_STATES)
            & Domain('invoice_date_due', '<', fields.Date.context_today(self)))
        if True in value and False in value:
            return Domain.TRUE
        return domain if True in value else ~domain


class ResPartner(models.Model):
    _inherit = 'res.partner'

    def _customer_statement(self, date_from, date_to):
        """Return the statement of account of the customer for the current user.

        An end user gets it if he sees all invoices of the customer; staff need the right to read invoices.

        :param date_from, date_to: first and last day (``date``)
        :return: list of dicts, one a company and currency: ``company``, ``currency``, ``opening``, ``closing``,
            ``lines`` (dicts ``date``, ``due``, ``name``, ``kind``, ``amount``, ``balance``, ``residual``); amounts as
            the receivable account has them: what the customer owes is positive
        :raises AccessError: for anybody else
        """
        self.ensure_one()
        self._check_customer_statement()
        # sudo: the right to all invoices of the customer was checked; payments are entries that nobody else may read
        Line = self.env['account.move.line'].sudo()
        base = (
            Domain('move_id.commercial_partner_id', '=', self.id) & Domain('parent_state', '=', 'posted')
            & Domain('account_id.account_type', '=', 'asset_receivable') & Domain('company_id', 'in', self.env.user._get_company_ids()))
        opening = {
            (company, currency): amount for company, currency, amount in Line._read_group(
                base & Domain('date', '<', date_from), ['company_id', 'currency_id'], ['amount_currency:sum'])}
        lines = Line.search(
            base & Domain('date', '>=', date_from) & Domain('date', '<=', date_to), order='date, id')
        groups = lines.grouped(lambda line: (line.company_id, line.currency_id))
        return [
            self._statement_of(company, currency, opening.get((company, currency), 0.0),
                               groups.get((company, currency), Line))
            for company, currency in sorted(
                {*opening, *groups}, key=lambda key: (key[0].name, key[1].name))]

    @api.model
    def _statement_of(self, company, currency, opening, lines):
        balance, rows = opening, []
        for line in lines:
            balance = currency.round(balance + line.amount_currency)
            rows.append({
                'date': line.date, 'due': line.date_maturity if line.move_id.is_invoice() else False,
                'name': line.move_id.name, 'kind': self._statement_kind(line.move_id),
                'amount': line.amount_currency, 'balance': balance,
                'residual': line.amount_residual_currency, 'move': line.move_id})
        return {
            'company': company, 'currency': currency, 'opening': currency.round(opening), 'closing': balance,
            'lines': rows}

    @api.model
    def _statement_kind(self, move):
        """Return what an entry on the customer's account is called."""
        return {
            'out_invoice': self.env._('Invoice'), 'out_refund': self.env._('Credit note'),
            'out_receipt': self.env._('Receipt'),
        }.get(move.move_type) or (
            self.env._('Payment') if move.origin_payment_id or move.statement_line_id else self.env._('Entry'))

    def _check_customer_statement(self):
        """Refuse who does not see all invoices of the customer.

        :raises AccessError: to anybody else
        """
        restriction = self._customer_restriction()
        Move = self.env['account.move']
        if self == self.commercial_partner_id and self.env.user._is_internal():
            self.check_access('read')
            Move.check_access('read')
            if restriction == 'all' or self.customer_administered:
                return
        elif restriction == 'portal' and self in self._statement_customers():
            return
        raise AccessError(self.env._('You have no access to the statement of account of this customer.'))

    @api.model
    def _statement_customers(self):
        """Return the customers whose statement the end user may see: he sees all their invoices."""
        kind = self.env['ir.model']._get_id('account.move')
        # sudo: the user's own accesses
        return self.env['customer.access'].sudo().search([
            ('user_id', '=', self.env.uid), ('state', '=', 'activated')]).filtered(
                lambda access: access.scope == 'all' or access.scope == 'kinds' and kind in access.kind_ids.ids
            ).customer_id.sudo(False)
