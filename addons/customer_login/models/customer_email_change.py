from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.orm.models import NO_ACCESS
from odoo.tools import SQL, email_normalize, escape_psql
from odoo.tools.urls import urljoin

from odoo.addons.customer_services.codes import hash_token, new_token

from ..const import EMAIL_HOURS


class CustomerEmailChange(models.Model):
    """A new e-mail address that waits for the confirmation of whoever reads it."""

    _name = 'customer.email.change'
    _description = 'Change of an e-mail address'
    _order = 'id desc'

    user_id = fields.Many2one('res.users', required=True, index=True, ondelete='cascade')
    old_email = fields.Char()
    email = fields.Char(required=True)
    state = fields.Selection(
        [('pending', 'Pending'), ('used', 'Used'), ('void', 'Void')], required=True, default='pending')
    expiry = fields.Datetime(required=True, index=True)
    token_hash = fields.Char(required=True, groups=NO_ACCESS)

    _token_unique = models.UniqueIndex('(token_hash)')
    _pending_unique = models.UniqueIndex("(user_id) WHERE state = 'pending'")

    @api.model
    def _issue(self, email):
        """Send a link to the new address of the current user; an older one is void.

        Nothing tells whether the address belongs to somebody else's login: then no link is sent, and the owner learns
        of it.

        :param str email: as typed
        :raises UserError: if it is no address, or the one that he has
        """
        user = self.env.user
        address = email_normalize(email)
        if not address or len(address) > 200:
            raise UserError(self.env._('Please enter a valid e-mail address.'))
        if address == user.email_normalized:
            raise UserError(self.env._('This is your e-mail address already.'))
        # sudo: nobody has rights on these rows; the owner is the current user
        changes_sudo = self.sudo()
        changes_sudo.search([('user_id', '=', user.id), ('state', '=', 'pending')]).state = 'void'
        self.env.flush_all()
        token = new_token()
        change_sudo = changes_sudo.create({
            'user_id': user.id, 'old_email': user.email, 'email': address, 'token_hash': hash_token(token),
            'expiry': fields.Datetime.now() + timedelta(hours=EMAIL_HOURS)})
        is_free = not change_sudo._other_user()
        link = urljoin(user.get_base_url(), f'/my/email/{token}') if is_free else False
        template = self.env.ref('customer_login.mail_template_email_change').sudo()
        template.with_context(email_link=link, email_hours=EMAIL_HOURS).send_mail(user.id, email_values={
            'model': False, 'res_id': False, 'email_to': address, 'recipient_ids': [], 'partner_ids': [],
            'author_id': user.company_id.partner_id.id, 'auto_delete': True})
        self.env.ref('mail.ir_cron_mail_scheduler_action')._trigger()

    @api.model
    def _find(self, token):
        """Return the change that a token confirms, in sudo; nothing for a used, void, expired or broken one."""
        # sudo: the token is the right of the visitor
        return self.sudo().search([
            ('token_hash', '=', hash_token(token)), ('state', '=', 'pending'),
            ('expiry', '>', fields.Datetime.now()), ('user_id.active', '=', True)], limit=1)

    def _other_user(self):
        """Return the login to which the new address belongs already."""
        self.ensure_one()
        return self.env['res.users'].with_context(active_test=False).search(
            [('login', '=ilike', escape_psql(self.email)), ('id', '!=', self.user_id.id)], limit=1)

    def _confirm(self):
        """Change the address, and the login if it was the address; the old address is told.

        :raises UserError: if it cannot be any more
        """
        self.ensure_one()
        self.env.execute_query(SQL('SELECT id FROM customer_email_change WHERE id = %s FOR NO KEY UPDATE', self.id))
        self.invalidate_recordset()
        user = self.user_id
        if self.state != 'pending' or self._other_user():
            raise UserError(self.env._('This link does not work any more.'))
        self.state = 'used'
        values = {'email': self.email}
        if email_normalize(user.login) == user.email_normalized:
            values['login'] = self.email
        user.write(values)

    @api.autovacuum
    def _gc_changes(self):
        """Delete what nobody can use any more."""
        self.search([('expiry', '<', fields.Datetime.now() - timedelta(days=7))]).unlink()
