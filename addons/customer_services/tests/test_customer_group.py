from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import Form, tagged

from .common import CustomerCommon


@tagged('post_install', '-at_install')
class TestCustomerGroup(CustomerCommon):
    """User groups: structure, members, addressing, and rights only by mapping."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        Group = cls.env['customer.group']
        cls.wholesale = Group.create({'name': 'Wholesale', 'color': 3})
        cls.premium = Group.create(
            {'name': 'Premium', 'parent_id': cls.wholesale.id, 'partner_ids': [Command.link(cls.customer_a.id)]})
        cls.share_group = cls.env['res.groups'].create({'name': 'Portal extra', 'share': True})

    def _has(self, user):
        self.env.invalidate_all()
        return self.share_group in user.all_group_ids

    def test_structure(self):
        """Issue 3.12: groups have a parent, an order, a colour, can be archived, and have no cycles."""
        self.assertEqual(self.premium.complete_name, 'Wholesale / Premium')
        self.assertTrue(self.premium.parent_path.startswith(self.wholesale.parent_path))
        with self.assertRaises(UserError):
            self.wholesale.parent_id = self.premium
        self.premium.active = False
        self.assertNotIn(self.premium, self.env['customer.group'].search([]))
        first = self.env['customer.group'].create({'name': 'Zero', 'sequence': 0})
        self.assertEqual(self.env['customer.group'].search([], limit=1), first)

    def test_members(self):
        """Issue 3.12: customers, accesses and staff are members; an end user is no staff."""
        with Form(self.env['customer.group'].with_user(self.manager)) as form:
            form.name = 'Board'
            form.kind = 'management'
            form.access_ids.add(self._access(self.user_b1))
            form.user_ids.add(self.agent)
        self.assertEqual(form.record.member_count, 2)
        with self.assertRaises(ValidationError):
            form.record.user_ids = self.user_a1

    def test_search_by_group(self):
        """Issue 3.12: customers are found by their group and by what it is part of."""
        action = self.wholesale.with_user(self.agent).action_open_customers()
        self.assertEqual(self.env['res.partner'].search(action['domain']), self.customer_a)

    def test_send_mail(self):
        """Issue 3.12: the composer opens for all members of the group and its subgroups, not for revoked accesses."""
        self.wholesale.write({
            'access_ids': [Command.set((self._access(self.user_b1) | self._access(self.revoked)).ids)],
            'user_ids': [Command.set(self.agent.ids)]})
        action = self.wholesale.with_user(self.agent).action_send_mail()
        partners = self.customer_a | self.user_b1.partner_id | self.agent.partner_id
        self.assertEqual(set(action['context']['default_res_ids']), set(partners.ids))
        composer = self.env['mail.compose.message'].with_user(self.agent).with_context(**action['context']).create(
            {'subject': 'News', 'body': '<p>Hello</p>'})
        mails = self.env['mail.mail'].search([])
        composer._action_send_mail()
        sent = self.env['mail.mail'].search([]) - mails
        self.assertEqual(sent.recipient_ids, partners)
        with self.assertRaises(UserError):
            self.env['customer.group'].create({'name': 'Empty'}).action_send_mail()

    def test_group_grants_nothing(self):
        """Issue 3.12: membership alone changes no right."""
        before = self.user_a1.all_group_ids
        self.premium.access_ids = self._access(self.user_b1)
        self.env.invalidate_all()
        self.assertEqual(self.user_a1.all_group_ids, before)
        visible = self.env['res.partner'].with_user(self.user_b1).search([('id', '=', self.customer_a.id)])
        self.assertFalse(visible)

    def test_mapped_group(self):
        """Issue 3.12: mapped on purpose, end users of the members get the group, and lose it when they leave."""
        self.wholesale.with_user(self.manager).share_group_ids = self.share_group
        self.assertTrue(self._has(self.user_a1), 'end user of a customer in a subgroup')
        self.assertFalse(self._has(self.user_b1))
        self.assertFalse(self._has(self.revoked), 'revoked access')
        self.customer_b.with_user(self.agent).write({'customer_group_ids': [Command.link(self.wholesale.id)]})
        self.assertTrue(self._has(self.user_b1))
        new = self._create_portal_user('new', self.customer_b)
        self.assertTrue(self._has(new), 'new access of a member')
        self.customer_b.write({'customer_group_ids': [Command.clear()]})
        self.assertFalse(self._has(self.user_b1))
        self._access(self.user_a1).sudo().write({'state': 'revoked'})
        self.assertFalse(self._has(self.user_a1))
        self.assertTrue(self._has(self.user_a2))
        self.premium.active = False
        self.assertFalse(self._has(self.user_a2))

    def test_only_share_groups_are_mapped(self):
        """Issue 3.12: no group that makes or serves an employee can be mapped, nor a kind of user."""
        tricky = self.env['res.groups'].create(
            {'name': 'Tricky', 'share': True, 'implied_ids': [Command.link(self.env.ref('base.group_user').id)]})
        for group in (
            self.env.ref('base.group_user'), self.env.ref('base.group_portal'), self.env.ref('base.group_public'),
            self.env.ref('base.group_system'), self.env.ref('customer_services.group_customer_services_agent'), tricky,
        ):
            with self.assertRaises(ValidationError), self.env.cr.savepoint():
                self.wholesale.share_group_ids = group
        self.assertFalse(self.wholesale.share_group_ids)

    def test_who_manages_groups(self):
        """Issue 3.12: only managers map; specialists and employees change no membership."""
        with self.assertRaises(AccessError):
            self.wholesale.with_user(self.agent).write({'share_group_ids': [Command.link(self.share_group.id)]})
        for user in (self.specialist, self.employee, self.user_a1):
            with self.assertRaises(AccessError):
                self.wholesale.with_user(user).write({'name': 'mine'})
        with self.assertRaises(AccessError):
            self.customer_a.with_user(self.specialist).write(
                {'customer_group_ids': [Command.link(self.wholesale.id)]})
        self.assertFalse(self.wholesale.partner_ids)
        self.assertFalse(self.wholesale.share_group_ids)
        self.assertEqual(self.wholesale.name, 'Wholesale')
