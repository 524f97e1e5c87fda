from psycopg2 import IntegrityError

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import TransactionCase, tagged
from odoo.tools import mute_logger

from .common import InvitationFixture


@tagged('post_install', '-at_install')
class TestAccessStates(InvitationFixture, TransactionCase):
    """How accesses are created, change their state, and end."""

    def test_several_accesses(self):
        """Issue 3.4: a customer has many accesses, a person too, and one end user those of several customers."""
        person = self.env['res.partner'].create({'name': 'Person', 'email': 'person@example.com'})
        Access = self.env['customer.access'].with_user(self.agent)
        himself = Access.create({'customer_id': person.id})
        helper = Access.create({'customer_id': person.id, 'name': 'Helper', 'email': 'helper@example.com'})
        self.assertEqual(himself.partner_id, person)
        self.assertEqual((helper.partner_id.parent_id, helper.email), (person, 'helper@example.com'))
        second = Access.create({'customer_id': person.id, 'partner_id': self.user_a1.partner_id.id, 'scope': 'all'})
        self.assertEqual((second.user_id, second.state), (self.user_a1, 'draft'))
        self.assertEqual(len(person.customer_access_ids), 3)

    def test_contact_is_found_or_created(self):
        """Issue 3.4: name and e-mail are enough; a contact of the customer with this address is taken."""
        contact = self.env['res.partner'].create(
            {'name': 'Known', 'parent_id': self.customer_a.id, 'email': 'Known@Example.com'})
        access = self._create_access('known')
        self.assertEqual(access.partner_id, contact)
        for values in ({}, {'email': 'nonsense'}, {'name': ' '}):
            with self.subTest(values=values), self.assertRaises(ValidationError):
                self.env['customer.access'].with_user(self.agent).create({'customer_id': self.customer_a.id, **values})

    @mute_logger('odoo.sql_db')
    def test_one_access_a_contact(self):
        """Issue 3.4: one access a contact and customer, in the database."""
        with self.assertRaises(IntegrityError), self.env.cr.savepoint():
            self.env['customer.access'].create(
                {'customer_id': self.customer_a.id, 'partner_id': self.new_access.partner_id.id})

    def test_state_is_nobodys_to_write(self):
        """Issue 3.6: state, login, customer and end user are not written by anybody, on no channel."""
        for values in ({'state': 'activated'}, {'user_id': self.user_b1.id}, {'customer_id': self.customer_b.id},
                       {'partner_id': self.user_b1.partner_id.id}, {'activated_date': False}):
            for user in (self.manager, self.agent, self.specialist, self.user_a1):
                with self.subTest(values=values, user=user.login), self.assertRaises(AccessError):
                    self.new_access.with_user(user).write(values)
        for values in ({'state': 'activated', 'user_id': self.user_b1.id}, {'activated_date': '2026-01-01'}):
            with self.assertRaises(AccessError):
                self.env['customer.access'].with_user(self.manager).create(
                    {'customer_id': self.customer_a.id, 'name': 'X', 'email': 'x@example.com', **values})
        self.assertEqual((self.new_access.state, self.new_access.customer_id), ('draft', self.customer_a))
        self.assertFalse(self.env['res.partner'].search([('email', '=', 'x@example.com')]))

    def test_specialist_creates_for_his_customers_only(self):
        """Issue 3.4: a specialist creates accesses to customers that he administers; a refusal leaves no contact."""
        Access = self.env['customer.access'].with_user(self.specialist)
        created = Access.create({'customer_id': self.customer_a.id, 'name': 'Mine', 'email': 'mine@example.com'})
        self.assertEqual(created.state, 'draft')
        with self.assertRaises(AccessError):
            Access.create({'customer_id': self.customer_b.id, 'name': 'Hers', 'email': 'hers@example.com'})
        self.assertFalse(self.env['res.partner'].search([('email', '=', 'hers@example.com')]))
        self.assertEqual(Access.search([]).customer_id, self.customer_a)

    def test_deleted_only_while_unused(self):
        """Issue 3.4: an access is deleted while it was never activated; a used one is kept, whatever its state."""
        self._invite(self.new_access)
        self.new_access.with_user(self.agent).unlink()
        self.assertFalse(self.new_access.exists())
        used = self._access(self.user_a2)
        for action in ('action_block', 'action_revoke'):
            getattr(used.with_user(self.agent), action)()
            with self.assertRaises(UserError):
                used.with_user(self.agent).unlink()
        self.assertEqual((used.exists(), used.state), (used, 'revoked'))

    def test_gate(self):
        """Issue 3.6: each action moves from its states only and is idempotent."""
        allowed = {
            'action_block': {'activated': 'blocked'}, 'action_unblock': {'blocked': 'activated'},
            'action_revoke': dict.fromkeys(('invited', 'activated', 'blocked', 'expired'), 'revoked')}
        access = self._access(self.user_a2)
        for action, moves in allowed.items():
            target = next(iter(moves.values()))
            for state, _label in access._fields['state'].selection:
                access.state = state
                with self.subTest(action=action, state=state):
                    if state in moves or state == target:
                        getattr(access.with_user(self.agent), action)()
                        self.assertEqual(access.state, target)
                    else:
                        with self.assertRaises(UserError):
                            getattr(access.with_user(self.agent), action)()
                        self.assertEqual(access.state, state)

    def test_last_access_closes_the_login(self):
        """Issue 3.6: who has no other activated access loses the login, not the contact; unblocking gives it back."""
        access, user = self._access(self.user_a2), self.user_a2
        access.with_user(self.agent).action_block()
        self.assertEqual((user.active, user.partner_id.active), (False, True))
        access.with_user(self.agent).action_unblock()
        self.assertTrue(user.active)
        other = self.env['customer.access'].create({
            'customer_id': self.customer_b.id, 'user_id': user.id, 'state': 'activated'})
        access.with_user(self.agent).action_revoke()
        self.assertTrue(user.active)
        other.with_user(self.agent).action_revoke()
        self.assertEqual((user.active, user.partner_id.active), (False, True))

    def test_revoked_is_invited_again(self):
        """Issue 3.6: only a new invitation opens a revoked access; the old login comes back with a new password."""
        access, user = self._access(self.user_a2), self.user_a2
        access.with_user(self.agent).action_revoke()
        invitation, token, _code = self._invite(access)
        self.assertFalse(user.active)
        self.assertEqual(self.env['customer.invitation']._find(token)._accept('a good long one'), user)
        self.assertEqual((access.state, user.active, invitation.state), ('activated', True, 'used'))

    def test_revoking_ends_invitation(self):
        """Issue 3.6: the link of a revoked invitation is dead, and its mail is not sent any more."""
        invitation, token, _code = self._invite(self.mobile_access)
        self.mobile_access.with_user(self.agent).action_revoke()
        self.assertFalse(self.env['customer.invitation']._find(token))
        self.assertEqual((invitation.state, invitation.mail_id.state, invitation.sms_id.state),
                         ('void', 'cancel', 'canceled'))

    def test_keys_end_with_the_login(self):
        """Issue 3.6: API keys of a revoked login are deleted."""
        self.env['res.users.apikeys'].with_user(self.user_a2).sudo()._generate('rpc', 'test', False)
        self.assertTrue(self.user_a2.api_key_ids)
        self._access(self.user_a2).with_user(self.agent).action_revoke()
        self.env.invalidate_all()
        self.assertFalse(self.user_a2.api_key_ids)

    def test_login_made_elsewhere_links_access(self):
        """Issue 3.4: a login that comes into being otherwise takes the access that waits for the contact."""
        _invitation, token, _code = self._invite(self.new_access)
        foreign = self.env['customer.access'].create(
            {'customer_id': self.customer_b.id, 'partner_id': self.new_access.partner_id.id})
        wizard = self.env['portal.wizard'].with_user(self.agent).with_context(
            active_ids=self.new_access.partner_id.ids).create({})
        wizard.user_ids.action_grant_access()
        user = self.new_access.partner_id.user_ids
        self.assertEqual((self.new_access.state, self.new_access.user_id), ('activated', user))
        self.assertEqual((foreign.state, foreign.user_id), ('draft', user))
        self.assertEqual(len(self.env['customer.access'].search([('partner_id', '=', user.partner_id.id)])), 2)
        self.assertFalse(self.env['customer.invitation']._find(token))

    def test_invited_by_another_customer(self):
        """Issue 3.4: an invitation by one customer opens nothing of the contact's own company."""
        contact = self.env['res.partner'].create(
            {'name': 'Adviser', 'email': 'adviser@example.com', 'parent_id': self.customer_a.id})
        access = self.env['customer.access'].create({'customer_id': self.customer_b.id, 'partner_id': contact.id})
        _invitation, token, _code = self._invite(access)
        user = self.env['customer.invitation']._find(token)._accept('a good long one')
        self.assertEqual(self._access(user), access)
        self.assertTrue(user._is_portal() and not user._is_internal())

    def test_last_login(self):
        """Issue 3.4: when the end user logged in last is seen, for many accesses in constant queries."""
        self.env['res.users.log'].with_user(self.user_a2).sudo().create({})
        accesses = self._access(self.user_a1) | self._access(self.user_a2)
        self.env.flush_all()
        self.env.invalidate_all()
        self.assertEqual([bool(access.last_login) for access in accesses], [False, True])
        with self.assertQueryCount(2):
            self.env.invalidate_all()
            accesses.mapped('last_login')
