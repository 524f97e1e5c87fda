from odoo.exceptions import AccessError, UserError
from odoo.tests import TransactionCase, tagged

from .common import CustomerHttpCommon, InvitationFixture


class ManagerFixture(InvitationFixture):
    """User a1 manages the accesses of customer A with scope all."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.access_a1, cls.access_a2 = cls._access(cls.user_a1), cls._access(cls.user_a2)
        cls.access_a1.manages_accesses = True
        cls.env.flush_all()

    def _values(self, **values):
        return {'customer_id': self.customer_a.id, 'name': 'Colleague', 'email': 'colleague@example.com',
                'scope': 'own', **values}

    def _snapshot(self):
        """Return all accesses of both customers as they are, and how many contacts and mails there are."""
        self.env.flush_all()
        self.env.invalidate_all()
        accesses = self.env['customer.access'].search(
            [('customer_id', 'in', (self.customer_a | self.customer_b).ids)])
        return accesses.read(['state', 'scope', 'user_id', 'manages_accesses']), [
            self.env[name].search_count([]) for name in ('res.partner', 'mail.mail', 'customer.invitation')]


@tagged('post_install', '-at_install')
class TestColleagues(ManagerFixture, TransactionCase):
    """What customers may do with the accesses of their colleagues, by the methods behind the pages."""

    def test_who_sees_accesses(self):
        """Issue 3.7: who has access to a customer sees who else has; nobody sees those of other customers."""
        Access = self.env['customer.access']
        for user, customer in ((self.user_a1, self.customer_a), (self.user_a2, self.customer_a),
                               (self.user_b1, self.customer_b), (self.specialist, self.customer_a)):
            found = Access.with_user(user).search([])
            self.assertEqual(found.sudo().customer_id, customer, user.login)
            self.assertEqual(len(found), Access.search_count([('customer_id', '=', customer.id)]))
            foreign = (Access.search([]) - found.with_env(self.env)).with_user(user)
            self.assertFalse(foreign._filtered_access('read'))
            with self.assertRaises(AccessError):
                foreign[0].read(['name'])
        self.assertFalse(Access.with_user(self.revoked).search([]))
        for user in (self.visitor, self.employee):
            with self.assertRaises(AccessError):
                Access.with_user(user).search([])

    def test_rpc_changes_nothing(self):
        """Issue 3.7: by RPC a customer, also one who manages accesses, creates, changes and deletes nothing."""
        before = self._snapshot()
        Access = self.env['customer.access'].with_user(self.user_a1)
        for call in (
            lambda: Access.create({'customer_id': self.customer_a.id, 'name': 'X', 'email': 'x@example.com'}),
            lambda: self.access_a1.with_user(self.user_a1).write({'scope': 'all'}),
            lambda: self.access_a2.with_user(self.user_a1).write({'manages_accesses': True}),
            lambda: self.new_access.with_user(self.user_a1).unlink(),
            lambda: self.access_a2.with_user(self.user_a1).action_revoke(),
            lambda: self.new_access.with_user(self.user_a1).action_invite(),
        ):
            with self.assertRaises(AccessError):
                call()
        self.assertEqual(self._snapshot(), before)

    def test_manager_invites(self):
        """Issue 3.7: who manages accesses invites a colleague: contact of his customer, with a link by mail."""
        access = self.env['customer.access'].with_user(self.user_a1)._invite_colleague(
            self._values(name=' Col  league\x00', email='Colleague@Example.com', scope='all'))
        self.assertEqual(access.env.user, self.user_a1)
        self.assertFalse(access.env.su)
        access = access.sudo()
        self.assertEqual((access.customer_id, access.scope, access.state, access.manages_accesses),
                         (self.customer_a, 'all', 'invited', False))
        self.assertEqual((access.partner_id.name, access.email, access.partner_id.parent_id),
                         ('Col league', 'colleague@example.com', self.customer_a))
        self.assertEqual(access.invitation_ids.mail_id.email_to, 'colleague@example.com')

    def test_who_may_not_invite(self):
        """Issue 3.7: who does not manage accesses, whose right was taken away, other customers, staff by this way."""
        before = self._snapshot()
        for user in (self.user_a2, self.user_b1, self.revoked, self.visitor, self.agent, self.employee):
            with self.subTest(user=user.login), self.assertRaises(UserError):
                self.env['customer.access'].with_user(user)._invite_colleague(self._values())
        Access = self.env['customer.access'].with_user(self.user_a1)
        for values in ({'customer_id': self.customer_b.id}, {'customer_id': None}, {'customer_id': -1}):
            with self.assertRaises(UserError):
                Access._invite_colleague(self._values(**values))
        for values in ({'manages_accesses': True}, {'state': 'activated'}, {'user_id': self.user_a1.id},
                       {'partner_id': self.user_b1.partner_id.id}):
            with self.assertRaises(AccessError):
                Access._invite_colleague(self._values(**values))
        self.assertEqual(self._snapshot(), before)

    def test_wrong_values(self):
        """Issue 3.7: wrong names, addresses and scopes are refused with a message, and nothing is created."""
        before = self._snapshot()
        Access = self.env['customer.access'].with_user(self.user_a1)
        for values in ({'name': ''}, {'name': 'x' * 200}, {'email': 'x'}, {'email': 'a@b.c, d@e.f'}, {'email': None},
                       {'scope': 'everything'}, {'scope': None}, {'scope': 'kinds'},
                       {'email': self.user_a2.email}, {'email': self.user_a1.email.upper()}):
            with self.subTest(values=values), self.assertRaises(UserError):
                Access._invite_colleague(self._values(**values))
        self.assertEqual(self._snapshot(), before)

    def test_never_wider_than_own_scope(self):
        """Issue 3.7: nobody gives more than he has, nor revokes who has more."""
        self.access_a2.manages_accesses = True
        before = self._snapshot()
        Access = self.env['customer.access'].with_user(self.user_a2)
        for scope in ('all', 'kinds'):
            with self.assertRaises(UserError):
                Access._invite_colleague(
                    self._values(scope=scope, kind_ids=self.env['ir.model']._get('res.partner').ids))
        with self.assertRaises(AccessError):
            self.access_a1.with_user(self.user_a2)._revoke_colleague()
        self.assertEqual(self._snapshot(), before)
        self.assertEqual(Access._invite_colleague(self._values()).scope, 'own')

    def test_manager_revokes(self):
        """Issue 3.7: who manages accesses revokes a colleague, who is out at once."""
        self.access_a2.with_user(self.user_a1)._revoke_colleague()
        self.assertEqual((self.access_a2.state, self.user_a2.active), ('revoked', False))

    def test_never_himself_and_the_last_one_stays(self):
        """Issue 3.7: nobody revokes himself, so one who manages accesses stays; nor is a revoked one a manager."""
        with self.assertRaises(AccessError):
            self.access_a1.with_user(self.user_a1)._revoke_colleague()
        self.assertEqual(self.access_a1.state, 'activated')
        self.access_a2.write({'manages_accesses': True, 'scope': 'all'})
        self.access_a1.with_user(self.user_a2)._revoke_colleague()
        with self.assertRaises(AccessError):
            self.access_a2.with_user(self.user_a1)._revoke_colleague()
        with self.assertRaises(AccessError):
            self.access_a2.with_user(self.user_a2)._revoke_colleague()
        self.assertEqual((self.access_a1 | self.access_a2).mapped('state'), ['revoked', 'activated'])

    def test_foreign_accesses(self):
        """Issue 3.7: accesses of another customer are neither revoked nor invited again."""
        foreign = self._create_access('foreign', self.customer_b)
        before = self._snapshot()
        for access in (foreign, self._access(self.user_b1)):
            for method in ('_revoke_colleague', '_resend_to_colleague'):
                with self.assertRaises(AccessError):
                    getattr(access.with_user(self.user_a1), method)()
        self.assertEqual(self._snapshot(), before)

    def test_what_staff_closed_stays_closed(self):
        """Issue 3.7: a customer does not open again what was blocked or revoked."""
        for action in ('action_block', 'action_revoke'):
            getattr(self.access_a2.with_user(self.agent), action)()
            before = self._snapshot()
            with self.assertRaises(UserError), self.env.cr.savepoint():
                self.access_a2.with_user(self.user_a1)._resend_to_colleague()
            self.assertEqual(self._snapshot(), before)

    def test_limits(self):
        """Issue 3.5: customers send only so many invitations a day, for one access and altogether."""
        Access = self.env['customer.access'].with_user(self.user_a1)
        access = Access._invite_colleague(self._values())
        for _number in range(4):
            self._pass_a_minute(access.sudo())
            access._resend_to_colleague()
        self._pass_a_minute(access.sudo())
        with self.assertRaises(UserError), self.env.cr.savepoint():
            access._resend_to_colleague()
        self.env.invalidate_all()
        self.assertEqual(len(access.sudo().invitation_ids), 5)
        for number in range(19):
            Access._invite_colleague(self._values(email=f'colleague{number}@example.com'))
        before = self._snapshot()
        with self.assertRaises(UserError):
            Access._invite_colleague(self._values(email='onemore@example.com'))
        self.assertEqual(self._snapshot(), before)

    def test_known_login_is_not_told(self):
        """Issue 3.7: inviting an address that has a login elsewhere looks the same and shows nothing of its owner."""
        self.user_b1.login = self.user_b1.email
        access = self.env['customer.access'].with_user(self.user_a1)._invite_colleague(
            self._values(name='Unknown', email=self.user_b1.email))
        self.assertEqual((access.name, access.state), ('Unknown', 'invited'))
        self.assertNotEqual(access.sudo().partner_id, self.user_b1.partner_id)
        self.assertFalse(access.sudo().user_id)


@tagged('post_install', '-at_install')
class TestAccessPages(ManagerFixture, CustomerHttpCommon):
    """The pages ``/my/accesses``."""

    def _login(self, user):
        self.authenticate(user.login, user.login)

    def test_list(self):
        """Issue 3.7: the page shows who has access, with state and scope, and of no other customer."""
        for user in (self.user_a1, self.user_a2):
            self._login(user)
            page = self.url_open('/my/accesses').text
            for text in ('End user A1', 'End user A2', 'a2@example.com', 'New mobile', 'Activated', 'Draft', '(you)'):
                self.assertIn(text, page)
            self.assertNotIn('End user B1', page)
            self.assertEqual('/my/accesses/new' in page, user == self.user_a1)
            self.assertEqual(f'/my/accesses/{self.access_a2.id}/revoke' in page, user == self.user_a1)
            self.assertNotIn(f'/my/accesses/{self.access_a1.id}/revoke', page)
        self.assertIn('/my/accesses', self.url_open('/my').text)
        self.authenticate(None, None)
        self.assertIn('/web/login', self.url_open('/my/accesses', allow_redirects=False).headers['Location'])
        self._login(self.employee)
        self.assertEqual(self.url_open('/my/accesses').status_code, 404)

    def test_switch_between_customers(self):
        """Issue 3.4: an end user of several customers sees all, or switches to one; of one customer only none is asked."""
        for user in (self.user_a1, self.user_b1):
            self._login(user)
            self.assertNotIn('/my/accesses/choose', self.url_open('/my').text)
        self.env['customer.access'].create(
            {'customer_id': self.customer_b.id, 'user_id': self.user_a1.id, 'state': 'activated'})
        self.env.flush_all()
        self._login(self.user_a1)
        for url in ('/my', '/my/accesses'):
            self.assertIn('/my/accesses/choose', self.url_open(url).text)
        for chosen, seen, hidden in (
            (self.customer_a.id, ['End user A2'], ['End user B1']), (self.customer_b.id, ['End user B1'], ['End user A2']),
            ('', ['End user A2', 'End user B1'], []), (self.company.partner_id.id, ['End user A2', 'End user B1'], []),
            ('nonsense', ['End user A2', 'End user B1'], []),
        ):
            self.assertEqual(self.post_form('/my/accesses/choose', {'customer_id': chosen}).status_code, 303)
            page = self.url_open('/my/accesses').text
            for text in seen:
                self.assertIn(text, page, chosen)
            for text in hidden:
                self.assertNotIn(text, page, chosen)
        self.post_form('/my/accesses/choose', {'customer_id': self.customer_b.id})
        self._access(self.user_a1).filtered(
            lambda access: access.customer_id == self.customer_b).with_user(self.agent).action_revoke()
        self.env.flush_all()
        page = self.url_open('/my/accesses').text
        self.assertIn('End user A2', page)
        self.assertNotIn('End user B1', page)

    def test_choices(self):
        """Issue 3.7: the list can be searched, filtered, sorted and grouped; nonsense falls back."""
        self._login(self.user_a1)
        page = self.url_open('/my/accesses?search=a2&filterby=open&sortby=state&groupby=customer').text
        self.assertIn('End user A2', page)
        self.assertNotIn('New mobile', page)
        for query in ('sortby=x&filterby=y&groupby=z', 'search=%00', 'groupby=state'):
            self.assertEqual(self.url_open(f'/my/accesses?{query}').status_code, 200, query)

    def test_invite(self):
        """Issue 3.7: the form invites once, however often it is sent; errors keep what was typed."""
        self._login(self.user_a1)
        page = self.url_open('/my/accesses/new').text
        self.assertIn('name="scope"', page)
        data = {'name': 'Colleague', 'email': 'wrong', 'scope': 'own', 'form_key': 'k1'}
        page = self.post_form('/my/accesses/new', data).text
        self.assertIn('value="wrong"', page)
        self.assertIn('is-invalid', page)
        data['email'] = 'colleague@example.com'
        for _number in range(2):
            response = self.post_form('/my/accesses/new', data)
            self.assertEqual(response.status_code, 303)
        access = self.env['customer.access'].search([('email', '=', 'colleague@example.com')])
        self.assertEqual(
            (access.customer_id, access.state, len(access.invitation_ids)), (self.customer_a, 'invited', 1))

    def test_invite_refused(self):
        """Issue 3.7: who may not invite finds no form, and his POST changes nothing."""
        before = self._snapshot()
        data = {'name': 'X', 'email': 'x@example.com', 'scope': 'all', 'customer_id': self.customer_a.id}
        for user in (self.user_a2, self.user_b1, self.employee):
            self._login(user)
            self.assertEqual(self.url_open('/my/accesses/new').status_code, 404, user.login)
            self.assertEqual(self.post_form('/my/accesses/new', data).status_code, 404, user.login)
        self._login(self.user_a1)
        self.assertEqual(self.url_open('/my/accesses/new', data=data).status_code, 400)  # no CSRF token
        self.assertEqual(self._snapshot(), before)

    def test_revoke_and_resend(self):
        """Issue 3.7: buttons revoke a colleague and send an invitation again, by POST."""
        self._invite(self.new_access)
        self._pass_a_minute(self.new_access)
        self._login(self.user_a1)
        self.assertEqual(self.url_open(f'/my/accesses/{self.access_a2.id}/revoke').status_code, 405)
        response = self.post_form(f'/my/accesses/{self.access_a2.id}/revoke')
        self.assertEqual(response.status_code, 303)
        self.assertEqual(self.post_form(f'/my/accesses/{self.new_access.id}/invite').status_code, 303)
        self.assertIn('alert-danger', self.post_form(f'/my/accesses/{self.new_access.id}/invite').text)
        self.env.invalidate_all()
        self.assertEqual((self.access_a2.state, self.user_a2.active), ('revoked', False))
        self.assertEqual(len(self.new_access.invitation_ids), 2)

    def test_one_answer(self):
        """Issue 3.7: missing, foreign, own and too large ids give the same 404 and change nothing."""
        before = self._snapshot()
        self._login(self.user_a1)
        foreign = self._access(self.user_b1)
        for access_id in (foreign.id, self.access_a1.id, 10 ** 8, 10 ** 12):
            for verb in ('revoke', 'invite'):
                self.assertEqual(self.post_form(f'/my/accesses/{access_id}/{verb}').status_code, 404)
        self.assertEqual(self._snapshot(), before)

    def test_constant_queries(self):
        """Issue 3.7: a list of five and of fifty accesses costs the same queries."""
        self._login(self.user_a1)
        counts = []
        for number in (5, 45):
            partners = self.env['res.partner'].create([
                {'name': f'P{number}-{index}', 'parent_id': self.customer_a.id} for index in range(number)])
            self.env['customer.access'].create(
                [{'customer_id': self.customer_a.id, 'partner_id': partner.id} for partner in partners])
            self.env.flush_all()
            self.url_open('/my/accesses')
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.assertEqual(self.url_open('/my/accesses').status_code, 200)
            counts.append(self.env.cr.sql_log_count - before)
        self.assertEqual(counts[0], counts[1])
        self.assertLessEqual(counts[1], 30)
