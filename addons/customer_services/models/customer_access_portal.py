"""What customers do with the accesses of their colleagues; controllers call it, RPC cannot."""
import re
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain
from odoo.tools import SQL, email_normalize, escape_psql

from ..codes import covers
from ..portal_list import clean_text

#: seconds between two links for one access
INVITATION_SECONDS = 60
#: links for one access, and new accesses by one end user, within 24 hours: a portal is no mail gun
INVITATIONS_PER_DAY = 5
COLLEAGUES_PER_DAY = 20
#: fields that an end user gives for a colleague
COLLEAGUE_FIELDS = frozenset({'customer_id', 'name', 'email', 'phone', 'scope', 'kind_ids'})
MAX_TEXT = 120


class CustomerAccess(models.Model):
    _inherit = 'customer.access'

    def _check_invitation_throttle(self):
        """Refuse links that follow each other too closely: for everybody by the minute, for customers by the day."""
        self.ensure_one()
        now = fields.Datetime.now()
        sent = self.env['customer.invitation'].search(
            [('access_id', '=', self.id), ('create_date', '>', now - timedelta(days=1))])
        if sent and sent[0].create_date > now - timedelta(seconds=INVITATION_SECONDS):
            raise UserError(self.env._('An invitation was sent less than a minute ago. Please wait a moment.'))
        if self.env.user.share and len(sent) >= INVITATIONS_PER_DAY:
            raise UserError(self.env._('Too many invitations were sent today. Please try again tomorrow.'))

    @api.model
    def _my_accesses(self):
        """Return the activated accesses of the current user, in sudo."""
        # sudo: the user's own accesses
        return self.sudo().search_fetch(
            [('user_id', '=', self.env.uid), ('state', '=', 'activated')], ['customer_id', 'manages_accesses'])

    @api.model
    def _my_managing_accesses(self):
        """Return the accesses, in sudo, by which the current user manages those of his colleagues."""
        return self._my_accesses().filtered('manages_accesses')

    @api.model
    def _lock_managers(self, customer):
        """Return the current user's managing access to a customer, locked with those of the other managers.

        So two who revoke each other at the same time do not both succeed, and one stays.

        :raises AccessError: if he manages no accesses of this customer
        """
        self.flush_model(['customer_id', 'manages_accesses', 'state'])
        self.env.execute_query(SQL(
            "SELECT id FROM customer_access WHERE customer_id = %s AND manages_accesses AND state = 'activated'"
            ' ORDER BY id FOR NO KEY UPDATE', customer.id))
        mine = self._my_managing_accesses().filtered(lambda access: access.customer_id == customer)
        if not mine:
            raise AccessError(self.env._('You do not manage the accesses of this customer.'))
        return mine

    def _manageable_colleagues(self):
        """Return those in ``self`` that the user may revoke or invite again: not himself, none wider than he."""
        mine = {access.customer_id: access for access in self._my_managing_accesses()}
        me = self.env.user
        # sudo: accesses that the user sees; kinds are compared, not shown
        return self.sudo().filtered(
            lambda access: access.customer_id in mine and access.partner_id != me.partner_id
            and access.user_id != me and mine[access.customer_id]._covers(access)).with_env(self.env)

    def _covers(self, other):
        """Tell whether this access is at least as wide as another one."""
        return covers(self.scope, self.kind_ids.ids, other.scope, other.kind_ids.ids)

    def _check_colleague(self):
        """Return the access in sudo if the current user may manage it.

        :raises AccessError: for his own, for one of another customer, and for one that is wider than his own
        """
        self.ensure_one()
        self.check_access('read')
        # sudo: checked before; below, the user's own access decides
        access_sudo = self.sudo()
        self._lock_managers(access_sudo.customer_id)
        if not self._manageable_colleagues():
            raise AccessError(self.env._('You may not change this access.'))
        return access_sudo

    def _revoke_colleague(self):
        """Revoke the access of a colleague, for the current user."""
        self._check_colleague()._revoke()

    def _resend_to_colleague(self):
        """Send the invitation of a colleague again; what staff closed stays closed."""
        self._check_colleague()._invite(allowed=('draft', 'expired'))

    @api.model
    def _colleague_errors(self, values):
        """Check what an end user entered for a colleague.

        :param dict values: ``customer_id`` (id), ``name``, ``email``, ``phone``, ``scope``, ``kind_ids`` (ids)
        :return: dict from the name of a field to what is wrong with it, in the user's language
        """
        errors = {}
        mine = self._my_managing_accesses().filtered(
            lambda access: access.customer_id.id == values.get('customer_id'))
        if not mine:
            errors['customer_id'] = self.env._('Please choose one of the customers in the list.')
        if not values.get('name'):
            errors['name'] = self.env._('Please enter a name.')
        email = values.get('email') or ''
        if not re.fullmatch(r'[^@\s]+@[^@\s]+\.[^@\s]+', email) or not email_normalize(email):
            errors['email'] = self.env._('Please enter a valid e-mail address.')
        for name in ('name', 'email', 'phone'):
            if len(values.get(name) or '') > MAX_TEXT:
                errors[name] = self.env._('This is too long: at most %s characters.', MAX_TEXT)
        kinds = values.get('kind_ids') or []
        if values.get('scope') not in dict(self._fields['scope'].selection):
            errors['scope'] = self.env._('Please choose what your colleague may see.')
        elif mine and not covers(mine.scope, mine.kind_ids.ids, values['scope'], kinds):
            errors['scope'] = self.env._('You can give at most what you may see yourself.')
        elif values['scope'] == 'kinds' and not kinds:
            errors['scope'] = self.env._('Please choose at least one kind of documents.')
        return errors

    @api.model
    def _invite_colleague(self, values):
        """Create the access of a colleague for the current user, and invite him.

        :param dict values: as for :meth:`_colleague_errors`; no other names
        :return: the access, with the rights of the user
        :raises AccessError: for names that are not his, or if he manages no accesses of the customer
        :raises UserError: with messages that he can act on; nothing is created then
        """
        foreign = sorted(set(values) - COLLEAGUE_FIELDS)
        if foreign:
            raise AccessError(self.env._('These fields cannot be set in the portal: %s', ', '.join(foreign)))
        values = {
            name: ' '.join(clean_text(value).split()) if isinstance(value, str) else value
            for name, value in values.items()}
        errors = self._colleague_errors(values)
        if errors:
            raise UserError('\n'.join(errors.values()))
        # sudo: an id of the user's own managing accesses, checked above
        customer = self.env['res.partner'].sudo().browse(values['customer_id'])
        self._lock_managers(customer)
        day = fields.Datetime.now() - timedelta(days=1)
        today = [('create_uid', '=', self.env.uid), ('create_date', '>', day)]
        if self.sudo().search_count(today) >= COLLEAGUES_PER_DAY:
            raise UserError(self.env._('Too many invitations were sent today. Please try again tomorrow.'))
        contact = self._find_or_create_contact(customer.id, values['name'], values['email'], values.get('phone'))
        same = Domain('partner_id', '=', contact.id) | Domain('email', '=ilike', escape_psql(values['email']))
        if self.sudo().search_count(Domain('customer_id', '=', customer.id) & same, limit=1):
            raise UserError(self.env._('There is an access for this e-mail address already.'))
        # sudo: the customer, the scope and the address were checked against the user's own access
        access_sudo = self.sudo().create({
            'customer_id': customer.id, 'partner_id': contact.id, 'scope': values['scope'],
            'kind_ids': [fields.Command.set(values.get('kind_ids') or [])]})
        access_sudo.with_company(self.env.user.company_id)._invite()
        return access_sudo.sudo(False)
