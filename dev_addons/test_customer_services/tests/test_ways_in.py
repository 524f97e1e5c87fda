from odoo.exceptions import AccessError
from odoo.tests import TransactionCase, tagged

from odoo.addons.customer_services.const import CUSTOMER_KEY

from .common import DocumentFixture


@tagged('post_install', '-at_install')
class TestWaysIn(DocumentFixture, TransactionCase):
    """Every method by which lists, pivots, exports and programs ask, and end users of several customers."""

    def test_every_way_to_ask(self):
        """Issue 3.11: search, count, groups, names, export and web client give the same documents."""
        self.specialist.group_ids += self.env.ref('base.group_allow_export')
        for user, expected in (
            (self.user_a1, self.doc_a1 | self.doc_a2), (self.user_a2, self.doc_a2), (self.user_b1, self.doc_b1),
            (self.specialist, self.doc_a1 | self.doc_a2), (self.revoked, self.docs.browse()),
        ):
            with self.subTest(user=user.login):
                Document = self.env['test.customer.document'].with_user(user)
                domain, ids = [('id', 'in', self.docs.ids)], set(expected.ids)
                self.assertEqual(set(Document.search_fetch(domain, ['name']).ids), ids)
                self.assertEqual({row['id'] for row in Document.search_read(domain, ['name'])}, ids)
                self.assertEqual({row['id'] for row in Document.web_search_read(domain, {'name': {}})['records']}, ids)
                self.assertEqual({row[0] for row in Document.name_search('of', domain)}, ids)
                self.assertEqual(Document.search_count(domain), len(ids))
                groups = Document.formatted_read_group(domain, ['state'], ['__count', 'id:array_agg'])
                self.assertEqual({number for group in groups for number in group['id:array_agg']}, ids)
                self.assertEqual(
                    sum(group['__count'] for group in Document.web_read_group(domain, ['state'])['groups']), len(ids))
                bars = Document.read_progress_bar(domain, 'state', {'field': 'state', 'colors': {'new': 'success'}})
                self.assertEqual(sum(bars.get('new', {}).values()), len(ids))
                if user == self.specialist:
                    self.assertEqual(len(Document.browse(sorted(ids)).export_data(['name'])['datas']), len(ids))
                for hidden in self.docs - expected:
                    if user == self.specialist:
                        with self.assertRaises(AccessError):
                            Document.browse(hidden.id).export_data(['name'])
                    with self.assertRaises(AccessError):
                        Document.browse(hidden.id).web_read({'name': {}})

    def test_secrets_are_not_guessed(self):
        """Issue 3.11: neither a domain, an order nor a group by a field tells of a hidden document."""
        Document = self.env['test.customer.document'].with_user(self.specialist)
        self.assertFalse(Document.search_count([('secret', '=like', 'b%')]))
        self.assertNotIn('b1', [row[0] for row in Document._read_group([], ['secret'])])
        self.assertFalse(Document.search([('partner_id.name', 'ilike', 'End user B')]))
        self.assertFalse(self.env['res.partner'].with_user(self.specialist).search(
            [('customer_access_ids.name', 'ilike', 'End user B')]))

    def test_for_another_customer(self):
        """Issue 3.4: an end user of several customers creates for his own one, or for the one that he chose."""
        self.env['customer.access'].create(
            {'customer_id': self.customer_b.id, 'user_id': self.user_a1.id, 'scope': 'own', 'state': 'activated'})
        Document = self.env['test.customer.document'].with_user(self.user_a1)
        for chosen, owner in (
            (None, self.customer_a), (self.customer_a.id, self.customer_a), (self.customer_b.id, self.customer_b),
            (self.company.partner_id.id, self.customer_a),  # not his: no right follows from a choice
        ):
            document = Document.with_context(**{CUSTOMER_KEY: chosen})._create_from_customer({'name': 'x'})
            self.assertEqual(document.sudo().commercial_partner_id, owner, chosen)
            self.assertTrue(document.with_user(self.user_a1).has_access('read'))
            self.assertEqual(document.with_user(self.user_b1).has_access('read'), owner == self.customer_b)

    def test_adviser(self):
        """Issue 3.4: who has access to another customer only creates for that one, and nothing for his own company."""
        self._access(self.user_a1).with_user(self.agent).action_revoke()
        self.env['customer.access'].create(
            {'customer_id': self.customer_b.id, 'user_id': self.user_a1.id, 'scope': 'own', 'state': 'activated'})
        self.env['customer.access']._match_logins()
        self.user_a1.active = True
        document = self.env['test.customer.document'].with_user(self.user_a1).with_context(
            **{CUSTOMER_KEY: self.customer_a.id})._create_from_customer({'name': 'advice'}).sudo()
        self.assertEqual(
            (document.commercial_partner_id, document.partner_id), (self.customer_b, self.user_a1.partner_id))
        self.assertFalse(document.with_user(self.user_a2).has_access('read'))
