from odoo.fields import Command
from odoo.tests import TransactionCase, tagged

from odoo.addons.customer_helpdesk.tests.about import AboutMixin
from odoo.addons.customer_helpdesk.tests.common import TicketFixture
from odoo.addons.customer_services.tests.common import CustomerHttpCommon
from odoo.addons.customer_services.tests.conformance import ConformanceMixin


@tagged('post_install', '-at_install')
class TestConformance(ConformanceMixin, TransactionCase):
    """Issue 2.13: the addon brings no model, no public method and no route."""

    addon = 'customer_helpdesk_project'


@tagged('post_install', '-at_install')
class TestAbout(AboutMixin, TicketFixture, CustomerHttpCommon):
    """Issue 5.6: tickets about projects and tasks."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.project_a, cls.project_b = cls.env['project.project'].create([{
            'name': name, 'partner_id': user.partner_id.id, 'privacy_visibility': 'portal'}
            for name, user in (('Alpha house', cls.user_a1), ('Beta tower', cls.user_b1))])
        cls.task_a, cls.task_b = cls.env['project.task'].create([{
            'name': f'Task of {project.name}', 'project_id': project.id, 'partner_id': project.partner_id.id}
            for project in (cls.project_a, cls.project_b)])
        cls.documents = {'project': (cls.project_a, cls.project_b), 'task': (cls.task_a, cls.task_b)}
        cls.pages = {'project': f'/my/projects/{cls.project_a.id}', 'task': f'/my/tasks/{cls.task_a.id}'}
        cls.specialist.group_ids = [Command.link(cls.env.ref('project.group_project_user').id)]

    def test_internal_project(self):
        """Issue 5.6: a project without customer is not the customer's to ask about; staff may note it on a ticket."""
        internal = self.env['project.project'].create({'name': 'Internal secret', 'privacy_visibility': 'employees'})
        self.authenticate(self.user_a1.login, self.user_a1.login)
        self.assertEqual(self.url_open(f'/my/tickets/new?about=project-{internal.id}').status_code, 404)
        self.ticket_a1.about_project_id = internal
        self.assertNotIn('Internal secret', self.url_open(self.ticket_a1.access_url).text)
