import base64

from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import JsonRpcException, tagged
from odoo.tools import mute_logger

from odoo.addons.customer_registration_website.tests.common import VisibleCommon
from odoo.addons.customer_services.tests.conformance import ConformanceMixin

PIXEL = base64.b64decode('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==')


@tagged('post_install', '-at_install')
class TestShop(ConformanceMixin, VisibleCommon):
    addon = 'customer_registration_website_sale'

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        Category = cls.env['product.public.category']
        cls.parent = Category.create({'name': 'Xylophones', 'customer_group_ids': [Command.set(cls.group.ids)]})
        cls.category = Category.create({'name': 'Old xylophones', 'parent_id': cls.parent.id})
        cls.open_category = Category.create({'name': 'Open shelf'})
        cls.product, cls.open_product = cls.env['product.template'].create([
            {'name': 'Zebrano mallet', 'is_published': True, 'list_price': 10, 'image_1920': base64.b64encode(PIXEL),
             'public_categ_ids': [Command.set((cls.category | cls.open_category).ids)]},
            {'name': 'Open mallet', 'is_published': True, 'list_price': 10,
             'public_categ_ids': [Command.set(cls.open_category.ids)]}])
        cls.picture = cls.env['product.image'].create({
            'name': 'Zebrano', 'product_tmpl_id': cls.product.id, 'image_1920': base64.b64encode(PIXEL)})

    def _add(self, product):
        variant = product.product_variant_id
        return self.make_jsonrpc_request('/shop/cart/add', {
            'product_template_id': product.id, 'product_id': variant.id, 'quantity': 1})

    def test_closed(self):
        """Issue 10.6: a category for a user group closes what is below and in it, by address, list, search and picture."""
        shelf = f'/shop/category/open-shelf-{self.open_category.id}'
        pictures = [f'/web/content/{record._name}/{record.id}/image_128' for record in (
            self.product, self.product.product_variant_id, self.picture)]
        for user in (None, self.user_b1):
            for path in (f'/shop/category/xylophones-{self.parent.id}', f'/shop/category/xylophones-old-xylophones-{self.category.id}'):
                self.assertEqual(self.open_as(user, path).status_code, 404, path)
            for path in (f'/shop/zebrano-mallet-{self.product.id}', shelf, '/shop?search=Zebrano'):
                self.assertNotIn('Zebrano mallet', self.url_open(path).text, path)
            for picture in pictures:
                self.assertEqual(self.url_open(picture).status_code, 404, picture)
            self.assertNotIn('zebrano-mallet', self.found('products', 'Zebrano', user))
        self.assertIn('Open mallet', self.url_open(shelf).text)
        self.assertNotRegex(self.sitemap(), 'zebrano|xylophones')
        self.assertFalse(self.product.filtered_domain(self.website._get_basic_feed_product_domain()))
        self.assertIn('Zebrano mallet', self.open_as(self.user_a1, f'/shop/category/xylophones-old-xylophones-{self.category.id}').text)
        self.assertIn('zebrano-mallet', self.found('products', 'Zebrano', self.user_a1))
        for picture in pictures:
            self.assertEqual(self.url_open(picture).status_code, 200, picture)

    def test_rpc(self):
        """Issue 10.6: the same by RPC, for variants and pictures too; employees and members see all."""
        for record in (self.parent, self.category, self.product, self.product.product_variant_id):
            self.assert_reach((self.visitor, self.user_b1, self.revoked), record, False)
            self.assert_reach((self.user_a1, self.employee), record, True)
        self.assertFalse(self.picture.with_user(self.user_b1).has_access('read'))
        self.assertTrue(self.picture.with_user(self.user_a1).has_access('read'))
        self.assert_reach((self.visitor, self.user_b1), self.open_product, True)
        with self.assertQueryCount(4):
            self.env['product.template'].with_user(self.employee).search([], limit=1)
        self.parent.write({'customer_group_ids': [Command.clear()], 'customer_login_required': True})
        self.assert_reach(self.visitor, self.product, False)
        self.assert_reach(self.user_b1, self.product, True)

    @mute_logger('odoo.http')
    def test_cart(self):
        """Issue 10.1: Issue 10.6: nobody orders what is closed to him; the cart of who registers goes to the checkout with him."""
        Lines = self.env['sale.order.line']
        before = Lines.search_count([])
        self.authenticate(None, None)
        with self.assertRaises(JsonRpcException):
            self._add(self.product)
        self.assertEqual(Lines.search_count([]), before)
        self.assert_service('shop', '/shop/checkout')
        self.assertTrue(self._add(self.open_product))
        self.assertEqual(Lines.search_count([]), before + 1)
        self.post_form('/register/service/send', {
            'name': 'Nina New', 'email': 'new@example.com', 'redirect': '/shop/checkout'})
        registration = self.env['customer.registration'].search([('email', '=', 'new@example.com')])
        token = registration._new_token()
        answer = self.post_form(f'/register/link/{token}/password', {
            'password': 'three green walking sticks', 'confirm_password': 'three green walking sticks'})
        self.assertTrue(answer.headers['Location'].endswith('/shop/checkout'))
        self.assertIn('Open mallet', self.url_open('/shop/cart').text)
        with self.assertRaises(AccessError):
            self.product.with_user(registration.partner_id.user_ids).read(['name'])
