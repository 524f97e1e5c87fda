from odoo import api, fields, models
from odoo.tools import SQL

BATCH = 50
#: logins that get a mail if several share one address
MAX_USERS = 5


class CustomerResetRequest(models.Model):
    """Somebody asked for a new password. Whether there is such a login is found out later, by a job.

    So the page does the same work and takes the same time for a login that exists and for one that does not.
    """

    _name = 'customer.reset.request'
    _description = 'Request for a new password'
    _log_access = False

    date = fields.Datetime(required=True, default=fields.Datetime.now)
    login = fields.Char(required=True)

    @api.model
    def _queue(self, login):
        """Note a request.

        :param str login: login or e-mail address as typed
        """
        # sudo: the visitor has no rights; the row is read by the job only
        self.sudo().create({'login': login[:200]})
        self.env.ref('customer_login.ir_cron_send_customer_reset')._trigger()

    @api.model
    def _cron_send(self):
        """Send the links that were asked for."""
        self.env['ir.cron']._commit_progress(self._send(), remaining=self.search_count([]))

    @api.model
    def _send(self):
        """Send links for a batch of requests, and forget these; return how many there were."""
        rows = self.env.execute_query(SQL(
            'DELETE FROM customer_reset_request WHERE id IN'
            ' (SELECT id FROM customer_reset_request ORDER BY id LIMIT %s FOR UPDATE SKIP LOCKED) RETURNING login',
            BATCH))
        for login in dict.fromkeys(login for (login,) in rows):
            self._find_users(login)._send_password_link()
        return len(rows)

    @api.model
    def _find_users(self, login):
        """Return the users whom a login or an e-mail address names, in any spelling."""
        Users = self.env['res.users']
        login = login.strip()
        users = Users.search(Users._get_login_domain(login)) or Users.search(Users._get_login_domain(login.lower()))
        if not users and '@' in login:
            users = Users.search([('email_normalized', '=', login.lower())], limit=MAX_USERS)
        return users.filtered('email')
