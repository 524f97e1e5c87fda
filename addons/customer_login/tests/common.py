from unittest.mock import patch

from odoo.modules.registry import Registry
from odoo.tests import HttpCase, get_db_name
from odoo.tools import config

from odoo.addons.base.models import res_users
from odoo.addons.customer_services.tests.common import CustomerHttpCommon

GOOD = 'three green walking sticks'


class CheapHashes(HttpCase):
    """Many passwords are tried here: their hashes are cheap."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.startClassPatcher(patch.object(res_users, 'MIN_ROUNDS', 1000))
        registry = Registry(get_db_name())
        registry.clear_cache('stable')
        cls.addClassCleanup(registry.clear_cache, 'stable')


class LoginCommon(CustomerHttpCommon, CheapHashes):
    """Visitors from chosen addresses, behind a proxy."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        proxy_mode = config['proxy_mode']
        config['proxy_mode'] = True
        cls.addClassCleanup(config.__setitem__, 'proxy_mode', proxy_mode)
        cls.events = cls.env['customer.login.event']
        cls.events.search([]).unlink()  # of the demo

    def headers(self, address='198.51.100.1', scheme='http', **headers):
        """Return the headers that the proxy adds for a visitor from ``address``."""
        return {'X-Forwarded-For': address, 'X-Forwarded-Host': f'127.0.0.1:{self.http_port()}',
                'X-Forwarded-Proto': scheme, **headers}

    def try_login(self, login, password, address='198.51.100.1', keep=False):
        """Send the login form as a new visitor, or with the cookies of the one before; return the response."""
        cookies = dict(self.opener.cookies) if keep else {}
        self.authenticate(None, None)
        for name, value in cookies.items():
            if name.startswith('customer_device'):
                self.opener.cookies.set(name, value, domain='127.0.0.1')
        return self.post_form(
            '/web/login', {'login': login, 'password': password, 'redirect': '/my'}, headers=self.headers(address))

    def fail_login(self, login, count, address='198.51.100.1'):
        """Fail so many times to log in."""
        for _index in range(count):
            self.assertEqual(self.try_login(login, 'wrong', address).status_code, 200)

    def is_in(self, response):
        """Tell whether a login succeeded."""
        return response.status_code == 303 and response.headers['Location'].endswith('/my')

    def pass_minutes(self, minutes):
        """Make all attempts older."""
        self.env.cr.execute(
            "UPDATE customer_login_event SET date = date - %s * interval '1 minute'", [minutes])
