from odoo.exceptions import ValidationError
from odoo.fields import Command
from odoo.tests import tagged

from odoo.addons.customer_services.tests.conformance import ConformanceMixin

from .common import VisibleCommon


@tagged('post_install', '-at_install')
class TestWebsite(ConformanceMixin, VisibleCommon):
    """Policies of a website, and pages for user groups."""

    addon = 'customer_registration_website'

    def test_website(self):
        """Issue 10.1: a policy holds on its website; there it goes before the one for all websites."""
        other = self.env['website'].create({'name': 'Other'})
        Policy = self.env['customer.registration.policy']
        everywhere = Policy.create({'name': 'All', 'code': 'all', 'service': 'portal'})
        elsewhere = Policy.create({'name': 'There', 'code': 'there', 'service': 'portal', 'website_id': other.id})
        self.assertEqual(self.open_as(None, '/register/there').status_code, 404)
        self.assertIn('/register/all', self.open_as(None, '/web/signup').headers['Location'])
        here = Policy.create({'name': 'Here', 'code': 'here', 'service': 'portal', 'website_id': self.website.id})
        self.assertIn('/register/here', self.open_as(None, '/web/signup').headers['Location'])
        for policy in (everywhere, here):
            with self.assertRaises(ValidationError):
                policy.copy({'code': 'twice'})
        (everywhere | here).active = False
        self.website.auth_signup_uninvited = other.auth_signup_uninvited = 'b2c'
        for website, scope in ((self.website, 'b2c'), (other, 'b2b')):
            self.assertEqual(self.env['res.users'].with_context(website_id=website.id)._get_signup_invitation_scope(), scope)
        self.assertFalse(Policy.with_context(website_id=self.website.id)._governs())
        self.assertTrue(Policy.with_context(website_id=other.id)._governs())
        other.specific_user_account = True
        registration = self.env['customer.registration'].create({
            'policy_id': elsewhere.id, 'state': 'email', 'name': 'Nina', 'email': 'n@example.com', 'expiry': '2999-01-01'})
        registration._confirm_email('three green walking sticks')
        self.assertEqual(registration.partner_id.user_ids.website_id, other)

    def test_menu(self):
        """Issue 10.1: the form is in the menu of the website, at its present address, while the policy is in use."""
        policy = self.env['customer.registration.policy'].create({'name': 'Join us here', 'code': 'join'})
        policy.with_user(self.manager).is_in_menu = True
        self.assertIn('href="/register/join"', self.open_as(None, '/').text)
        policy.code = 'enter'
        text = self.open_as(None, '/').text
        self.assertIn('href="/register/enter"', text)
        self.assertNotIn('/register/join', text)
        policy.active = False
        self.assertNotIn('/register/enter', self.open_as(None, '/').text)

    def test_page(self):
        """Issue 10.6: a page asks for a login or for membership, set in the backend: by address, search and sitemap."""
        page = self.env['website.page'].create({
            'url': '/secret-prices', 'name': 'Secret prices', 'website_published': True, 'type': 'qweb',
            'website_id': self.website.id, 'key': 'website.secret_prices', 'is_published': True,
            'arch': '<t t-call="website.layout"><div id="wrap">Xylophone</div></t>'})
        properties = self.env['website.page.properties'].create(
            {'target_model_id': page.id, 'website_id': self.website.id})
        properties.write({'visibility': 'customer_group', 'customer_group_ids': [Command.set(self.trade.ids)]})
        for user, status in ((None, 403), (self.user_b1, 403), (self.revoked, 403), (self.user_a1, 200), (self.employee, 200)):
            answer = self.open_as(user, '/secret-prices')
            self.assertEqual((answer.status_code, 'Xylophone' in answer.text), (status, status == 200), user)
            self.assertEqual('/web/login?redirect=%2Fsecret-prices' in answer.text, not user)
            if user != self.employee:
                self.assertNotIn('secret-prices', self.found('pages', 'Secret', user))
        self.assertNotIn('secret-prices', self.sitemap())
        properties.visibility = 'connected'
        self.assertEqual(self.open_as(None, '/secret-prices').status_code, 403)
        self.assertEqual(self.open_as(self.user_b1, '/secret-prices').status_code, 200)
