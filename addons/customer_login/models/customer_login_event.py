import logging
from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from ..const import RETENTION_DAYS

_logger = logging.getLogger(__name__)

SCOPES = [
    ('login', 'Login'), ('identity', 'Password asked again'), ('reset', 'Password by mail'), ('signup', 'Registration'),
    ('code', 'Code'), ('link', 'Link in a mail'), ('key', 'API key')]
OUTCOMES = [('attempt', 'Attempt'), ('success', 'Success'), ('refused', 'Refused'), ('unlock', 'Unlocked')]
REASONS = [
    ('pair', 'Too many failures for this account from this address'),
    ('source', 'Too many failures from this address'),
    ('account', 'The account is under attack from many addresses')]


class CustomerLoginEvent(models.Model):
    """One attempt to get in, or what came of it. Rows are only added, and deleted after some weeks.

    Logins are stored as HMAC, also those that do not exist: people type passwords into the wrong field.
    """

    _name = 'customer.login.event'
    _description = 'Attempt to log in'
    _order = 'id desc'
    _log_access = False

    date = fields.Datetime(required=True, readonly=True)
    scope = fields.Selection(SCOPES, required=True, readonly=True)
    outcome = fields.Selection(OUTCOMES, required=True, readonly=True)
    reason = fields.Selection(REASONS, readonly=True)
    source = fields.Char(
        readonly=True, help='What failures are counted by: the address (of IPv6 the first half), or a trusted device.')
    network = fields.Char(string='Address', readonly=True)
    account_key = fields.Char(readonly=True)
    # no foreign key: the row is written by another transaction while this one may have locked the user
    user_ref = fields.Integer(readonly=True)
    user_id = fields.Many2one('res.users', string='User', compute='_compute_user_id')
    login = fields.Char(
        compute='_compute_login', search='_search_login', help='Search by it as it was typed; it is not stored.')

    _source_idx = models.Index('(source, date)')
    _account_idx = models.Index('(account_key, date) WHERE account_key IS NOT NULL')
    _date_idx = models.Index('(date)')

    @api.depends('user_ref')
    def _compute_user_id(self):
        users = self.env['res.users'].with_context(active_test=False).search([('id', 'in', self.mapped('user_ref'))])
        for event in self:
            event.user_id = users.filtered(lambda user: user.id == event.user_ref)

    @api.depends('user_id')
    def _compute_login(self):
        for event in self:
            # sudo: the login of a user whose event may be seen
            event.login = event.user_id.sudo().login or False

    def _search_login(self, operator, value):
        if operator not in ('in', '=', 'ilike', '=ilike', 'like'):
            return NotImplemented
        logins = [value] if isinstance(value, str) else list(value)
        keys = [self.env['customer.login.guard']._account_key(login) for login in logins if login]
        return Domain('account_key', 'in', keys)

    # ------------------------------------------------------------------
    # Actions of staff
    # ------------------------------------------------------------------

    def action_unlock_account(self):
        """Forget the failures of the accounts of the selected attempts, for all addresses."""
        return self._unlock('account_key')

    def action_unlock_address(self):
        """Forget the failures of the addresses (and devices) of the selected attempts, for all accounts."""
        return self._unlock('source')

    def _unlock(self, name):
        """Add a row that ends the counting for each different value of the column.

        :raises AccessError: for who is no manager
        """
        self.check_access('read')  # managers only
        for value in {value for value in self.mapped(name) if value}:
            _logger.info('%s of failed logins unlocked by user %s', name, self.env.uid)
            event = self.filtered(lambda event: event[name] == value)[:1]
            # sudo: rows are written by the guard and here, for whom may read them, and by nobody else
            self.sudo().create({
                'date': fields.Datetime.now(), 'scope': event.scope, 'outcome': 'unlock', name: value,
                'network': event.network if name == 'source' else False,
                'user_ref': event.user_ref if name == 'account_key' else False})
        return True

    @api.autovacuum
    def _gc_events(self):
        """Delete what is older than the settings say."""
        days = int(self.env['ir.config_parameter'].sudo().get_param('customer_login.retention_days') or RETENTION_DAYS)
        self.env.execute_query(SQL(
            'DELETE FROM customer_login_event WHERE date < %s RETURNING id',
            fields.Datetime.now() - timedelta(days=max(days, 1))))
