from odoo.exceptions import AccessError
from odoo.fields import Command

from odoo.addons.customer_services.tests.common import CustomerHttpCommon


class VisibleCommon(CustomerHttpCommon):
    """Customer A is a member of the user group *Dealers*; B and visitors are not."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        group = cls.env['customer.group'].create({'name': 'Trade'})
        cls.group = cls.env['customer.group'].create({
            'name': 'Dealers', 'parent_id': group.id, 'partner_ids': [Command.set(cls.customer_a.ids)]})
        cls.trade = group
        cls.website = cls.env['website'].get_current_website()
        cls.env['customer.registration.policy'].search([]).active = False

    def open_as(self, user, path, **kwargs):
        """Return the answer to a page as a user, or as a visitor; redirects are not followed."""
        self.authenticate(user and user.login, user and user.login)
        return self.url_open(path, allow_redirects=False, **kwargs)

    def assert_reach(self, users, records, is_open):
        """Assert that users can, or cannot, find and read records by RPC."""
        for user in users:
            for record in records.with_user(user):
                self.assertEqual(record.search([('id', '=', record.id)]), record if is_open else record.browse(), user.login)
                if not is_open:
                    with self.assertRaises(AccessError):
                        record.read(['display_name'])

    def sitemap(self):
        """Return what the sitemap of the website says."""
        self.env['ir.attachment'].search([('url', '=like', '/sitemap-%')]).unlink()
        return self.open_as(None, '/sitemap.xml').text

    def found(self, kind, text, user=None):
        """Return what the search field of the website suggests to a user."""
        self.authenticate(user and user.login, user and user.login)
        return str(self.make_jsonrpc_request('/website/snippet/autocomplete', {
            'search_type': kind, 'term': text, 'order': 'name asc', 'limit': 20, 'options': {
                'displayDescription': True, 'displayDetail': True, 'displayExtraDetail': True, 'displayExtraLink': True,
                'displayImage': True, 'allowFuzzy': False}})['results'])

    def assert_service(self, service, path):
        """Assert that the policy of a service governs who comes from one of its pages, and that of the portal the others."""
        Policy = self.env['customer.registration.policy']
        Policy.create([
            {'name': 'Portal', 'code': 'portal', 'service': 'portal'},
            {'name': 'Service', 'code': 'service', 'service': service}])
        for page, code in ((path, 'service'), (f'/nl{path}', 'service'), ('/my', 'portal')):
            answer = self.open_as(None, '/web/signup', params={'redirect': page})
            self.assertEqual(answer.status_code, 303)
            self.assertIn(f'/register/{code}?redirect=', answer.headers['Location'])
        self.assertIn('/web/signup?', self.open_as(None, '/web/login', params={'redirect': path}).text)
