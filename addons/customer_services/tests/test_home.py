from odoo.tests import tagged

from .common import CustomerHttpCommon


@tagged('post_install', '-at_install')
class TestHome(CustomerHttpCommon):
    """The home page of the portal."""

    def test_home_opens_for_all(self):
        """Issue 2.13: the home page opens for customers with, without and with revoked access, and for staff."""
        for user in (self.user_a1, self.user_b2, self.revoked, self.employee, self.agent):
            with self.subTest(user=user.login):
                self.authenticate(user.login, user.login)
                response = self.url_open('/my')
                self.assertEqual(response.status_code, 200)
                self.assertIn('o_portal_my_home', response.text)

    def test_home_needs_login(self):
        """Issue 2.13: a visitor is sent to the login."""
        response = self.url_open('/my', allow_redirects=False)
        self.assertIn('/web/login', response.headers['Location'])
