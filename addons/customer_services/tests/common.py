"""Fixtures for the tests of all addons: two companies, two customers with two end users each, and the staff."""
import re

from odoo.fields import Command
from odoo.http import Request
from odoo.tests import HttpCase, TransactionCase, new_test_user

from ..const import GROUP_AGENT, GROUP_MANAGER, GROUP_SPECIALIST


class CustomerFixture:
    """Mixed into a test case; the password of every user is his login."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env = cls.env(context=dict(cls.env.context, no_reset_password=True, tracking_disable=True))
        cls.company = cls.env.company
        cls.company_2 = cls.env['res.company'].create({'name': 'Second company'})
        cls.customer_a, cls.user_a1, cls.user_a2 = cls._create_customer('a')
        cls.customer_b, cls.user_b1, cls.user_b2 = cls._create_customer('b')
        cls.revoked = cls._create_portal_user('revoked', cls.customer_a)
        cls._access(cls.revoked).state = 'revoked'
        cls.visitor = cls.env.ref('base.public_user')
        cls.agent = cls._create_staff('agent', GROUP_AGENT)
        cls.specialist = cls._create_staff('specialist', GROUP_SPECIALIST)
        cls.manager = cls._create_staff('manager', GROUP_MANAGER)
        cls.employee = cls._create_staff('employee', 'base.group_user')
        cls.other_company_agent = cls._create_staff(
            'agent2', GROUP_AGENT, company_id=cls.company_2.id, company_ids=[Command.set(cls.company_2.ids)])
        cls.env['customer.administrator'].create(
            {'customer_id': cls.customer_a.id, 'user_id': cls.specialist.id})

    @classmethod
    def _create_customer(cls, letter):
        """Return ``(company, user with scope all, user with scope own)``."""
        customer = cls.env['res.partner'].create({
            'name': f'Customer {letter.upper()}', 'is_company': True, 'email': f'info@{letter}.example.com'})
        users = [cls._create_portal_user(f'{letter}{number}', customer) for number in (1, 2)]
        cls._access(users[0]).scope = 'all'
        return customer, *users

    @classmethod
    def _create_portal_user(cls, name, customer):
        """Return a portal user ``test_<name>`` who is a contact of the customer."""
        partner = cls.env['res.partner'].create({
            'name': f'End user {name.upper()}', 'parent_id': customer.id, 'email': f'{name}@example.com'})
        return cls.env['res.users'].create({
            'login': f'test_{name}', 'password': f'test_{name}', 'partner_id': partner.id,
            'group_ids': [Command.set(cls.env.ref('base.group_portal').ids)]})

    @classmethod
    def _create_staff(cls, name, group, **values):
        """Return an internal user ``test_<name>`` in the group."""
        return new_test_user(
            cls.env, login=f'test_{name}', password=f'test_{name}', groups=f'base.group_user,{group}',
            name=name.capitalize(), email=f'{name}@staff.example.com', **values)

    @classmethod
    def _access(cls, user):
        """Return the access of a portal user."""
        return cls.env['customer.access'].search([('user_id', '=', user.id)])


class CustomerCommon(CustomerFixture, TransactionCase):
    """For tests of models."""


class CustomerHttpCommon(CustomerFixture, HttpCase):
    """For tests of routes and pages."""

    def post_form(self, url, data=None, files=None, **kwargs):
        """POST a form as the logged-in user, with the CSRF token that the page would carry.

        :return: the ``requests.Response``, redirects not followed
        """
        return self.url_open(
            url, data=dict({'csrf_token': self.csrf_token()}, **(data or {})), files=files, allow_redirects=False,
            **kwargs)

    def csrf_token(self):
        """Return the CSRF token of the session."""
        return Request.csrf_token(self)


class InvitationFixture(CustomerFixture):
    """Somebody of customer A who waits for his access, with and without a mobile phone."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env['mail.mail'].search([('state', '=', 'outgoing')]).state = 'cancel'
        cls.new_access = cls._create_access('new')
        cls.mobile_access = cls._create_access('mobile', phone='+31 6 12345678')

    @classmethod
    def _create_access(cls, name, customer=None, **values):
        """Return a draft access for a new contact ``<name>@example.com``."""
        return cls.env['customer.access'].with_user(cls.agent).create({
            'customer_id': (customer or cls.customer_a).id, 'name': f'New {name}', 'email': f'{name}@example.com',
            **values}).sudo(False).with_env(cls.env)

    def _invite(self, access):
        """Invite as agent and return ``(invitation, token, code or None)`` as they are in the mail and the SMS."""
        self._pass_a_minute(access)
        access.with_user(self.agent).action_invite()
        invitation = access.invitation_ids.filtered(lambda invitation: invitation.state == 'pending')
        token = re.search(r'/my/invitations/([\w-]+)', invitation.mail_id.body_html)[1]
        code = invitation.sms_id and re.search(r'[A-Z2-9]{4}-[A-Z2-9]{4}', invitation.sms_id.body)[0]
        return invitation, token, code or None

    def _pass_a_minute(self, access):
        """Make the invitations of an access older than the throttle."""
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE customer_invitation SET create_date = create_date - interval '2 minutes',"
            " code_date = code_date - interval '2 minutes' WHERE access_id = %s", [access.id])
        self.env.invalidate_all()
