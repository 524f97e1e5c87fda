from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..const import GROUP_INTEGRATOR
from .common import CustomerHttpCommon


@tagged('post_install', '-at_install')
class TestIntegrator(CustomerHttpCommon):
    """The role integrator: rights of an agent by API key, no interface."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.integrator = cls._create_staff('integrator', GROUP_INTEGRATOR)
        cls.admin = cls.env.ref('base.user_admin')

    def test_web_login_is_refused(self):
        """Issue 3.8: the right password opens no web session and the page says why; another user gets in."""
        for login, refused in (('test_integrator', True), ('test_agent', False)):
            self.authenticate(None, None)
            page = self.url_open('/web/login')
            self.assertEqual(page.status_code, 200)
            with mute_logger('odoo.addons.base.models.res_users'):
                response = self.url_open('/web/login', data={
                    'login': login, 'password': login, 'csrf_token': self.csrf_token()}, allow_redirects=False)
            self.assertEqual('API key' in response.text, refused, login)
            self.assertEqual(response.status_code, 200 if refused else 303)

    @mute_logger('odoo.addons.rpc.controllers.xmlrpc')
    def test_api_key_opens_rpc(self):
        """Issue 3.8: by XML-RPC with an API key, never with the password, he has the rights of an agent."""
        key = self.integrator.with_user(self.admin).action_create_integrator_key()['context']['default_key']
        common = self.xmlrpc_common
        with mute_logger('odoo.addons.base.models.res_users', 'odoo.addons.rpc.controllers.xmlrpc'):
            self.assertFalse(common.authenticate(self.env.cr.dbname, 'test_integrator', 'test_integrator', {}))
        self.assertEqual(common.authenticate(self.env.cr.dbname, 'test_integrator', key, {}), self.integrator.id)
        execute = self.xmlrpc_object.execute_kw
        arguments = (self.env.cr.dbname, self.integrator.id, key, 'res.partner')
        created = execute(*arguments, 'create', [
            {'name': 'By API', 'is_company': True, 'email': 'api@example.com', 'is_customer': True}])
        numbers = execute(*arguments, 'read', [created, ['customer_number']])
        self.assertRegex(numbers[0]['customer_number'], r'^C\d{5}$')
        found = execute(*arguments, 'search_count', [[('id', 'in', (self.customer_a | self.customer_b).ids)]])
        self.assertEqual(found, 2)

    def test_who_creates_keys(self):
        """Issue 3.8: only system administrators create a key for an integrator, and for nobody else."""
        with self.assertRaises(AccessError):
            self.integrator.with_user(self.manager).action_create_integrator_key()
        with self.assertRaises(UserError):
            self.agent.with_user(self.admin).action_create_integrator_key()

    def test_rights_of_an_agent(self):
        """Issue 3.8: he determines no authorisations."""
        self.assertTrue(self.integrator.has_group('customer_services.group_customer_services_agent'))
        with self.assertRaises(AccessError):
            self.env['customer.administrator'].with_user(self.integrator).create(
                {'customer_id': self.customer_a.id, 'user_id': self.integrator.id})
