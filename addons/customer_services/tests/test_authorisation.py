from lxml import etree

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import tagged

from .common import CustomerCommon


@tagged('post_install', '-at_install')
class TestAuthorisation(CustomerCommon):
    """The page "Authorisations": who is on it, and what its buttons do."""

    def _rows(self, user, customer=None):
        rows = self.env['customer.authorisation'].with_user(user).search(
            [('customer_id', 'in', (customer or self.customer_a | self.customer_b).ids)])
        return rows.with_env(self.env)

    def test_page_of_the_customer(self):
        """Issue 3.9: the page lists all end users with access and all administrators, grouped."""
        action = self.customer_a.with_user(self.manager).action_open_authorisations()
        rows = self.env['customer.authorisation'].with_user(self.manager).search(action['domain'])
        self.assertEqual(rows.filtered(lambda row: row.kind == 'access').user_id,
                         self.user_a1 | self.user_a2 | self.revoked)
        administrators = rows.filtered(lambda row: row.kind == 'administrator')
        self.assertEqual((administrators.user_id, administrators.state), (self.specialist, 'current'))
        self.assertEqual(rows.filtered(lambda row: row.user_id == self.revoked).state, 'revoked')
        self.assertIn('search_default_group_kind', action['context'])
        self.assertEqual(self.customer_a.with_user(self.manager).customer_authorisation_count, len(rows))
        groups = self.env['customer.authorisation'].with_user(self.manager).formatted_read_group(
            action['domain'], ['kind'], ['__count'])
        self.assertEqual({group['kind']: group['__count'] for group in groups}, {'access': 3, 'administrator': 1})

    def test_state_by_date(self):
        """Issue 3.9: rights that begin later or ended are shown as such."""
        right = self.env['customer.administrator'].search([('user_id', '=', self.specialist.id)])
        for values, state in (
            ({'date_start': '2099-01-01'}, 'future'), ({'date_start': False, 'date_end': '2020-01-01'}, 'ended'),
        ):
            right.write(values)
            self.env['customer.authorisation'].invalidate_model()
            row = self.env['customer.authorisation'].search([('administrator_id', '=', right.id)])
            self.assertEqual(row.state, state)

    def test_remove_of_each_kind(self):
        """Issue 3.9: a manager removes what was selected: rights are deleted, used accesses revoked and kept."""
        rows = self._rows(self.manager, self.customer_a).filtered(
            lambda row: row.user_id in self.user_a2 | self.specialist)
        self.assertEqual(set(rows.mapped('kind')), {'access', 'administrator'})
        rows.with_user(self.manager).action_remove()
        self.assertEqual(self._access(self.user_a2).state, 'revoked')
        self.assertEqual(self._access(self.user_a1).state, 'activated')
        self.assertFalse(self.env['customer.administrator'].search([('user_id', '=', self.specialist.id)]))

    def test_remove_of_unused_access(self):
        """Issue 3.9: an access that was never used is deleted."""
        contact = self.env['res.partner'].create(
            {'name': 'Unused', 'email': 'unused@example.com', 'parent_id': self.customer_a.id})
        access = self.env['customer.access'].create({'customer_id': self.customer_a.id, 'partner_id': contact.id})
        self._rows(self.agent).filtered(lambda row: row.access_id == access).with_user(self.agent).action_remove()
        self.assertFalse(access.exists())

    def test_who_removes(self):
        """Issue 3.9: agents remove accesses only, specialists those of their customers, others nothing."""
        rows = self._rows(self.manager)
        right = self.env['customer.administrator'].search([('user_id', '=', self.specialist.id)])
        of_right = rows.filtered(lambda row: row.administrator_id == right)
        foreign = rows.filtered(lambda row: row.user_id == self.user_b1)
        for user, selected in (
            (self.agent, of_right), (self.specialist, of_right), (self.specialist, foreign),
            (self.employee, foreign), (self.user_a1, foreign),
        ):
            with self.subTest(user=user.login), self.assertRaises(AccessError), self.env.cr.savepoint():
                selected.with_user(user).action_remove()
        self.assertTrue(right.exists())
        self.assertEqual(self._access(self.user_b1).state, 'activated')
        own = rows.filtered(lambda row: row.user_id == self.user_a2)
        own.with_user(self.specialist).action_remove()
        self.assertEqual(self._access(self.user_a2).state, 'revoked')

    def test_mixed_selection_is_all_or_nothing(self):
        """Issue 3.9: an agent who also selected an administrator removes nothing."""
        rows = self._rows(self.agent, self.customer_a)
        with self.assertRaises(AccessError), self.env.cr.savepoint():
            rows.with_user(self.agent).action_remove()
        self.assertEqual(self._access(self.user_a1).state, 'activated')

    def test_specialist_sees_his_page(self):
        """Issue 3.9: a specialist sees accesses of his customers and his own rights, nothing of others."""
        self.env['customer.administrator'].create({'customer_id': self.customer_a.id, 'user_id': self.agent.id})
        rows = self._rows(self.specialist)
        self.assertEqual(rows.customer_id, self.customer_a)
        self.assertEqual(rows.filtered(lambda row: row.kind != 'access').user_id, self.specialist)
        for user in (self.employee, self.user_a1):
            with self.assertRaises(AccessError):
                self._rows(user)

    def test_button_only_while_selected(self):
        """Issue 3.9: *Remove* is shown while rows are selected and asks; the other buttons always."""
        view = self.env['customer.authorisation'].with_user(self.manager).get_view(
            self.env.ref('customer_services.customer_authorisation_view_list').id, 'list')
        buttons = {button.get('string'): button for button in etree.fromstring(view['arch']).findall('header/button')}
        remove = buttons.pop('Remove authorisation')
        self.assertTrue(remove.get('confirm'))
        self.assertIsNone(remove.get('display'), 'by default shown with a selection only')
        self.assertEqual(set(buttons), {'Create access', 'Determine administrators', 'Determine processors'})
        self.assertEqual({button.get('display') for button in buttons.values()}, {'always'})

    def test_determine_administrators(self):
        """Issue 3.9: several administrators of several customers at once; who is one keeps it."""
        wizard = self.env['customer.authorise.wizard'].with_user(self.manager).create({
            'kind': 'administrator', 'customer_ids': [Command.set((self.customer_a | self.customer_b).ids)],
            'user_ids': [Command.set((self.specialist | self.agent).ids)], 'date_end': '2099-01-01'})
        wizard.action_apply()
        rights = self.env['customer.administrator'].search(
            [('customer_id', 'in', (self.customer_a | self.customer_b).ids)])
        self.assertEqual(len(rights), 4)
        self.assertEqual({str(right.date_end) for right in rights}, {'2099-01-01'})

    def test_only_managers_determine(self):
        """Issue 3.8: Issue 3.9: agents and specialists determine nobody."""
        for user in (self.agent, self.specialist, self.employee):
            with self.assertRaises(AccessError):
                self.env['customer.authorise.wizard'].with_user(user).create({
                    'kind': 'administrator', 'customer_ids': [Command.set(self.customer_b.ids)],
                    'user_ids': [Command.set(user.ids)]})
        wizard = self.env['customer.authorise.wizard'].with_user(self.manager).create(
            {'kind': 'processor', 'user_ids': [Command.set(self.specialist.ids)]})
        with self.assertRaises(UserError):
            wizard.action_apply()

    def test_create_access_button(self):
        """Issue 3.9: the button opens the form of an access to the customer of the page."""
        action = self.env['customer.authorisation'].with_user(self.agent).with_context(
            default_customer_id=self.customer_a.id).action_create_access()
        self.assertEqual(action['res_model'], 'customer.access')
        self.assertEqual(action['context']['default_customer_id'], self.customer_a.id)
