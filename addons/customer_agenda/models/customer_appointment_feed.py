from datetime import timedelta

from odoo import api, fields, models

from odoo.addons.customer_services.codes import hash_token, new_token

#: days back that a feed shows
PAST_DAYS = 60
MAX_EVENTS = 1000


class CustomerAppointmentFeed(models.Model):
    """The secret address under which a calendar program reads the appointments of one user."""

    _name = 'customer.appointment.feed'
    _description = 'Calendar feed of appointments'
    _log_access = False

    user_id = fields.Many2one('res.users', required=True, ondelete='cascade')
    token_hash = fields.Char(required=True)
    date = fields.Datetime(required=True, default=fields.Datetime.now)

    _user_unique = models.UniqueIndex('(user_id)')
    _token_idx = models.UniqueIndex('(token_hash)')

    @api.model
    def _renew(self):
        """Make a new secret for the current user; the one before is void.

        :return: the secret: only its hash is stored, so that it is shown once
        """
        self._revoke()
        token = new_token()
        # sudo: nobody has an ACL on this table; the row is the user's own
        self.sudo().create({'user_id': self.env.uid, 'token_hash': hash_token(token)})
        return token

    @api.model
    def _revoke(self):
        """Void the secret of the current user."""
        self._mine().unlink()
        self.env.flush_all()

    @api.model
    def _mine(self):
        """Return the row of the current user, in sudo."""
        # sudo: see _renew
        return self.sudo().search([('user_id', '=', self.env.uid)])

    @api.model
    def _read_feed(self, token):
        """Return the calendar data behind a secret, read with the rights that its user has now.

        :return: bytes, or None if nothing is behind it
        """
        if not isinstance(token, str):
            return None
        # sudo: the secret is the right of who asks
        user = self.sudo().search([('token_hash', '=', hash_token(token))]).user_id
        if not user.active:
            return None
        Appointment = self.env['customer.appointment'].with_user(user).with_context(
            lang=user.lang, tz=user.tz, allowed_company_ids=user.company_ids.ids)
        if not Appointment.has_access('read'):
            return None
        domain = [('start', '>', fields.Datetime.now() - timedelta(days=PAST_DAYS)),
                  ('state', 'not in', ('cancelled', 'offered'))]
        is_staff = user._is_internal()
        if is_staff:
            domain.append(('user_id', '=', user.id))
        return Appointment.search(domain, limit=MAX_EVENTS, order='start desc, id desc')._ics(is_staff=is_staff)
