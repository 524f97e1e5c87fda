"""Invoices as customers see them: what is due, and the statement of account."""
from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.fields import Domain

#: what the portal calls an invoice that is open
OPEN_STATES = ('not_paid', 'partial')


class AccountMove(models.Model):
    _inherit = 'account.move'

    customer_is_overdue = fields.Boolean(
        string='Overdue', compute='_compute_customer_is_overdue', compute_sudo=True,
        search='_search_customer_is_overdue', help='At least one instalment was due before today.')

    customer_amount_to_pay = fields.Monetary(
        string='To pay today', compute='_compute_customer_dues', compute_sudo=True,
        help='What settles the invoice today: what is left of it, less the discount for early payment.')
    customer_amount_overdue = fields.Monetary(
        string='Overdue amount', compute='_compute_customer_dues', compute_sudo=True,
        help='What is left of the instalments that were due before today.')
    customer_discount_date = fields.Date(
        string='Discount until', compute='_compute_customer_dues', compute_sudo=True,
        help='Last day on which the discount for early payment is granted.')
    customer_next_amount = fields.Monetary(
        string='Next instalment', compute='_compute_customer_dues', compute_sudo=True,
        help='The next instalment to come of an invoice that is paid in several.')
    customer_next_date = fields.Date(string='Next due date', compute='_compute_customer_dues', compute_sudo=True)

    @api.depends(
        'payment_state', 'state', 'move_type', 'line_ids.date_maturity', 'line_ids.amount_residual_currency')
    def _compute_customer_is_overdue(self):
        today = fields.Date.context_today(self)
        for move in self:
            move.customer_is_overdue = move._is_open_invoice() and any(
                line.date_maturity and line.date_maturity < today for line in move._open_term_lines())

    @api.model
    def _search_customer_is_overdue(self, operator, value):
        if operator != 'in':
            return NotImplemented
        late = (
            Domain('display_type', '=', 'payment_term') & Domain('reconciled', '=', False)
            & Domain('date_maturity', '<', fields.Date.context_today(self)))
        domain = (
            Domain('move_type', '=', 'out_invoice') & Domain('state', '=', 'posted')
            & Domain('payment_state', 'in', OPEN_STATES) & Domain('line_ids', 'any!', late))
        if True in value and False in value:
            return Domain.TRUE
        return domain if True in value else ~domain

    @api.depends(
        'payment_state', 'state', 'move_type', 'invoice_date_due', 'line_ids.date_maturity',
        'line_ids.amount_residual_currency', 'line_ids.discount_date')
    def _compute_customer_dues(self):
        today = fields.Date.context_today(self)
        for move in self:
            lines = move._open_term_lines() if move._is_open_invoice() else move.line_ids.browse()
            discounted, line = move._customer_discounted(today) if lines else (0.0, lines)
            late = lines.filtered(lambda line: line.date_maturity and line.date_maturity < today)
            coming = (lines - late).sorted(lambda line: (line.date_maturity or today, line.id))[:1]
            several = len(move._term_lines()) > 1
            move.customer_amount_to_pay = discounted if line else move.amount_residual if lines else 0.0
            move.customer_discount_date = line.discount_date
            move.customer_amount_overdue = sum(late.mapped('amount_residual_currency'))
            move.customer_next_amount = coming.amount_residual_currency if several else 0.0
            move.customer_next_date = (late or coming)[:1].date_maturity or move.invoice_date_due

    def _is_open_invoice(self):
        """Tell whether a customer still has to pay something of one document."""
        self.ensure_one()
        return self.move_type == 'out_invoice' and self.state == 'posted' and self.payment_state in OPEN_STATES

    def _term_lines(self):
        """Return the instalments of one invoice, the earliest first."""
        return self.line_ids.filtered(lambda line: line.display_type == 'payment_term').sorted(
            lambda line: (line.date_maturity or line.date or fields.Date.today(), line.id))

    def _open_term_lines(self):
        """Return the instalments of one invoice that are not paid yet, the earliest first."""
        return self._term_lines().filtered(lambda line: not line.reconciled)

    def _customer_discounted(self, date):
        """Return what settles an open invoice on a day on which Odoo grants its discount for early payment.

        :param date: the day on which the customer pays
        :return: ``(amount in the currency of the invoice, line with the discount)``; ``(0.0, no line)`` without discount
        """
        self.ensure_one()
        line = self._open_term_lines()
        if len(line) == 1 and self._is_eligible_for_early_payment_discount(self.currency_id, date):
            return line.discount_amount_currency, line
        return 0.0, line.browse()

    @api.model
    def _get_invoice_counterpart_amls_for_early_payment_discount(self, aml_values_list, open_balance):
        """Nothing for Odoo to add where the transaction has booked the discount, see ``payment.transaction``."""
        if self.env.context.get('customer_discount_booked'):
            return {}
        return super()._get_invoice_counterpart_amls_for_early_payment_discount(aml_values_list, open_balance)


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
