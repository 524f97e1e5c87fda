import re
import threading
from functools import partial
from unittest.mock import patch

from odoo import SUPERUSER_ID, api
from odoo.exceptions import UserError
from odoo.modules.registry import DummyRLock, Registry
from odoo.service.model import retrying
from odoo.tests import BaseCase, get_db_name, tagged
from odoo.tools import mute_logger

from ..models.customer_invitation import MAX_TRIES

PASSWORD = 'a good long one'


@tagged('post_install', '-at_install')
class TestInvitationParallel(BaseCase):
    """Two workers at the same time, each with a cursor of its own: what is tested here is committed and deleted."""

    def setUp(self):
        super().setUp()
        self.registry = Registry(get_db_name())
        # while the tests run at the start of the server, the main thread holds the lock of the registries
        lock = patch.object(Registry, '_lock', DummyRLock())
        lock.start()
        self.addCleanup(lock.stop)
        with self.registry.cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {})
            customer = env['res.partner'].create({
                'name': 'Parallel customer', 'is_company': True, 'email': 'info@parallel.example.com'})
            access = env['customer.access'].create({
                'customer_id': customer.id, 'name': 'Parallel', 'email': 'parallel@example.com',
                'phone': '+31 6 12345678', 'manages_accesses': True})
            access.action_invite()
            invitation = access.invitation_ids
            self.token = re.search(r'/my/invitations/([\w-]+)', invitation.mail_id.body_html)[1]
            self.code = invitation.sms_id.body[-9:]
            self.ids = {'customer': customer.id, 'access': access.id, 'invitation': invitation.id}
        self.addCleanup(self._delete)

    def _delete(self):
        with self.registry.cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {'active_test': False})
            partners = env['res.partner'].search([('id', 'child_of', self.ids['customer'])])
            invitations = env['customer.invitation'].search([('access_id.customer_id', '=', self.ids['customer'])])
            (invitations.mail_id | env['mail.mail'].search([('email_to', '=', 'parallel@example.com')])).unlink()
            env['sms.sms'].search([('partner_id', 'in', partners.ids)]).unlink()
            users = partners.user_ids
            env['customer.access'].search([('customer_id', '=', self.ids['customer'])]).activated_date = False
            env['customer.access'].search([('customer_id', '=', self.ids['customer'])]).unlink()
            users.unlink()
            partners.unlink()

    def _run_parallel(self, *functions):
        """Call each function with an environment of its own at the same moment, repeated by Odoo as a request is.

        :return: list of results; an exception of the user's kind counts as its class
        """
        barrier = threading.Barrier(len(functions), timeout=20)
        results = [None] * len(functions)

        def work(index, function):
            is_first = []
            with self.registry.cursor() as cr:
                env = api.Environment(cr, visitor, {})

                def once():
                    cr.execute('SELECT 1')  # the snapshot of both is older than what either of them writes
                    if not is_first:
                        is_first.append(True)
                        barrier.wait()
                    return function(env)
                try:
                    results[index] = retrying(once, env)
                except UserError as error:
                    results[index] = type(error)

        with self.registry.cursor() as cr:
            visitor = api.Environment(cr, SUPERUSER_ID, {}).ref('base.public_user').id
        threads = [threading.Thread(target=partial(work, *item), daemon=True) for item in enumerate(functions)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
            self.assertFalse(thread.is_alive())
        return results

    @staticmethod
    def _accept(token, env):
        invitation = env['customer.invitation']._find(token)
        return invitation and invitation._accept(PASSWORD).id

    def _read(self):
        with self.registry.cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {})
            access = env['customer.access'].browse(self.ids['access'])
            users = env['res.users'].with_context(active_test=False).search([('login', '=', 'parallel@example.com')])
            return access.state, users.ids, access.user_id.ids

    @mute_logger('odoo.service.model', 'odoo.sql_db')
    def test_two_posts_make_one_user(self):
        """Issue 3.5: of two parallel activations one makes the user, the other one finds the invitation used."""
        results = self._run_parallel(*[partial(self._accept, self.token)] * 2)
        state, users, linked = self._read()
        self.assertEqual((state, len(users), linked), ('activated', 1, users))
        self.assertEqual(len([result for result in results if isinstance(result, int)]), 1, results)

    @mute_logger('odoo.service.model', 'odoo.sql_db')
    def test_wrong_codes_in_parallel_are_all_counted(self):
        """Issue 3.5: five wrong codes at the same moment void the code as five in a row do."""
        def guess(env):
            return env['customer.invitation']._find(self.token)._try_code('22222222')
        for _round in range(MAX_TRIES):
            self._run_parallel(guess, guess)
        with self.registry.cursor() as cr:
            invitation = api.Environment(cr, SUPERUSER_ID, {})['customer.invitation'].browse(self.ids['invitation'])
            self.assertEqual((invitation.code_tries, invitation.code_hash), (MAX_TRIES, False))
            self.assertEqual(invitation._try_code(self.code), 'void')

    def test_count_survives_rollback(self):
        """Issue 3.5: a wrong code counts although its request is rolled back."""
        with self.registry.cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {})
            self.assertEqual(env['customer.invitation']._find(self.token)._try_code('22222222'), 'wrong')
            cr.rollback()
        with self.registry.cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {})
            self.assertEqual(env['customer.invitation'].browse(self.ids['invitation']).code_tries, 1)

    @mute_logger('odoo.service.model', 'odoo.sql_db')
    def test_one_manager_stays(self):
        """Issue 3.7: two who manage accesses and revoke each other at the same moment do not both succeed."""
        with self.registry.cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {})
            first = env['customer.access'].browse(self.ids['access'])
            env['customer.invitation']._find(self.token)._accept(PASSWORD)
            contact = env['res.partner'].create(
                {'name': 'Second', 'email': 'second.parallel@example.com', 'parent_id': self.ids['customer']})
            user = env['res.users'].with_context(no_reset_password=True).create({
                'login': 'second.parallel@example.com', 'partner_id': contact.id,
                'group_ids': [(6, 0, env.ref('base.group_portal').ids)]})
            second = env['customer.access'].search([('user_id', '=', user.id)])
            (first | second).write({'manages_accesses': True, 'scope': 'all'})
            pairs = [(first.user_id.id, second.id), (second.user_id.id, first.id)]

        def revoke(uid, access_id, env):
            return env(user=uid)['customer.access'].browse(access_id)._revoke_colleague()
        self._run_parallel(*[partial(revoke, *pair) for pair in pairs])
        with self.registry.cursor() as cr:
            accesses = api.Environment(cr, SUPERUSER_ID, {})['customer.access'].browse([pair[1] for pair in pairs])
            self.assertEqual(sorted(accesses.mapped('state')), ['activated', 'revoked'])
