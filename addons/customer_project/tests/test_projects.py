from odoo.exceptions import AccessError, ValidationError
from odoo.tests import tagged

from .common import FileCommon


@tagged('post_install', '-at_install')
class TestProjects(FileCommon):
    """Odoo's projects and tasks under the predicate."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.task_a = cls.env['project.task'].create({'name': 'Task A', 'project_id': cls.project_a.id})
        cls.task_own = cls.env['project.task'].create({'name': 'Task own', 'project_id': cls.project_a2.id})
        cls.task_b = cls.env['project.task'].create({'name': 'Task B', 'project_id': cls.project_b.id})
        cls.internal = cls.env['project.project'].create({'name': 'House keeping', 'privacy_visibility': 'employees'})
        cls.task_internal = cls.env['project.task'].create({'name': 'Sweep', 'project_id': cls.internal.id})

    def _sees(self, user, record):
        mine = record.with_user(user).with_context(allowed_company_ids=user.company_ids.ids)
        found = bool(mine.search([('id', '=', record.id)]))
        self.assertEqual(mine.has_access('read'), found)
        return found

    def test_owner(self):
        """Issue 9.11: a task belongs to the customer of its project, whatever its own contact is."""
        self.assertEqual(self.task_a.commercial_partner_id, self.customer_a)
        self.task_a.partner_id = self.user_b1.partner_id
        self.assertEqual(self.task_a.commercial_partner_id, self.customer_a)
        free = self.env['project.task'].create({
            'name': 'x', 'project_id': self.internal.id, 'partner_id': self.user_b1.partner_id.id})
        self.assertEqual(free.commercial_partner_id, self.customer_b)
        self.project_b.partner_id = self.user_a1.partner_id
        self.assertEqual(self.task_b.commercial_partner_id, self.customer_a)
        self.assertEqual(self.file_b.commercial_partner_id, self.customer_a)

    def test_accesses_open_projects_not_followers(self):
        """Issue 9.11: an access opens project and task without following; following opens nothing."""
        self.assertTrue(self._sees(self.user_a1, self.project_a))
        self.assertTrue(self._sees(self.user_a1, self.task_a))
        self.assertTrue(self._sees(self.user_a2, self.project_a2))
        self.assertTrue(self._sees(self.user_a2, self.task_own))
        self.assertFalse(self._sees(self.user_a2, self.project_a))
        for record in (self.project_b, self.task_b):
            record.message_subscribe(partner_ids=self.user_a1.partner_id.ids)
            self.assertFalse(self._sees(self.user_a1, record))
        self.assertFalse(self._sees(self.revoked, self.project_a))
        self.assertFalse(self.env.ref('project.project_project_rule_portal').active)

    def test_internal_projects(self):
        """Issue 9.11: a project that Odoo keeps from customers stays closed; one without customer is Odoo's affair."""
        self.project_a.privacy_visibility = 'employees'
        self.assertFalse(self._sees(self.user_a1, self.project_a))
        self.assertFalse(self._sees(self.user_a1, self.task_a))
        self.assertFalse(self._sees(self.user_a1, self.file))
        self.assertEqual(self.file.reach, 'internal')
        for user in (self.specialist, self.agent, self.employee):
            self.assertTrue(self._sees(user, self.internal), user.login)
        self.assertFalse(self._sees(self.user_a1, self.internal))

    def test_specialist(self):
        """Issue 9.11: a specialist sees projects, tasks, milestones, updates and analysis of his customers only."""
        self.assertTrue(self._sees(self.specialist, self.project_a))
        self.assertTrue(self._sees(self.specialist, self.task_a))
        self.assertFalse(self._sees(self.specialist, self.project_b))
        self.assertFalse(self._sees(self.specialist, self.task_b))
        milestone = self.env['project.milestone'].create({'name': 'Roof', 'project_id': self.project_b.id})
        update = self.env['project.update'].create({'name': 'Week 1', 'status': 'on_track', 'project_id': self.project_b.id})
        self.assertFalse(self._sees(self.specialist, milestone))
        self.assertFalse(self._sees(self.specialist, update))
        self.assertTrue(self._sees(self.agent, update))
        self.specialist.group_ids += self.env.ref('project.group_project_user')
        self.env.flush_all()
        report = self.env['report.project.task.user'].with_user(self.specialist).search([])
        self.assertIn(self.task_a, report.task_id)
        self.assertNotIn(self.task_b.id, report.sudo().task_id.ids)
        burndown = self.env['project.task.burndown.chart.report'].with_user(self.specialist)._read_group(
            [('project_id', 'in', (self.project_a | self.project_b).ids)], ['date:month', 'stage_id', 'project_id'],
            ['__count'])
        self.assertNotIn(self.project_b.id, [project.id for _date, _stage, project, _count in burndown])

    def test_messages(self):
        """Issue 9.11: messages of projects and tasks of others are hidden, whoever is author or recipient."""
        message = self.task_b.message_post(body='secret', partner_ids=self.specialist.partner_id.ids)
        for user in (self.specialist, self.user_a1):
            with self.assertRaises(AccessError):
                message.with_user(user).read(['body'])
            self.assertFalse(self.env['mail.message'].with_user(user).search([('id', '=', message.id)]))

    def test_recipients(self):
        """Issue 9.11: mail about a task goes to nobody who may not see it, follower or not."""
        self.task_b.message_subscribe(partner_ids=(self.user_a1 | self.specialist | self.user_b1).partner_id.ids)
        message = self.env['mail.message'].create({
            'model': 'project.task', 'res_id': self.task_b.id, 'body': 'x', 'message_type': 'comment',
            'subtype_id': self.env.ref('mail.mt_comment').id, 'author_id': self.agent.partner_id.id})
        ids = {recipient['id'] for recipient in self.task_b._notify_get_recipients(message)}
        self.assertIn(self.user_b1.partner_id.id, ids)
        self.assertFalse(ids & set((self.user_a1 | self.specialist).partner_id.ids))

    def test_who_defines_projects(self):
        """Issue 9.1: specialists define projects for their customers, never for others and never internal ones."""
        Project = self.env['project.project'].with_user(self.specialist)
        project = Project.create({'name': 'New', 'partner_id': self.user_a1.partner_id.id, 'privacy_visibility': 'portal'})
        project.name = 'Newer'
        self.env['customer.folder'].with_user(self.specialist).create({'project_id': project.id, 'name': 'Offers'})
        with self.assertRaises(AccessError):
            Project.create({'name': 'New', 'partner_id': self.user_b1.partner_id.id})
        with self.assertRaises(AccessError):
            Project.create({'name': 'Internal'})
        with self.assertRaises(AccessError):
            project.partner_id = self.user_b1.partner_id
        with self.assertRaises(AccessError):
            self.internal.with_user(self.agent).name = 'x'

    def test_template(self):
        """Issue 9.8: a project from a template has its folders, their settings and its requests, with due dates."""
        template = self._create_project(self.user_a1, 'Template', is_template=True, partner_id=False)
        top = self._create_folder(template, 'Contracts')
        self._create_folder(template, 'Signed', parent_id=top.id, upload='drop', visibility='customer')
        self._create_folder(template, 'Staff', visibility='internal')
        self._create_request(template, folder_id=top.id, due_days=10)
        contract, plan = (self.env.ref(f'customer_project.customer_file_category_{name}') for name in ('contract', 'plan'))
        template.customer_category_ids = contract
        top.category_id = contract
        self.assertFalse(self._sees(self.user_a1, template))
        project = template.action_create_from_template({'name': 'Made', 'partner_id': self.user_a1.partner_id.id})
        folders = {folder.display_name: folder for folder in project.customer_folder_ids}
        self.assertEqual(set(folders), {'Contracts', 'Contracts / Signed', 'Staff'})
        self.assertEqual(folders['Contracts / Signed'].upload, 'drop')
        self.assertEqual(folders['Staff'].reach, 'internal')
        request = project.customer_request_ids
        self.assertEqual((request.folder_id, request.commercial_partner_id), (folders['Contracts'], self.customer_a))
        self.assertTrue(request.date_due)
        self.assertEqual(project.customer_category_ids, contract)
        file = self._create_file(project, 'offer.pdf', folder_id=folders['Contracts'].id)
        self.assertEqual((file.category_id, file.needs_confirmation), (contract, True))
        for record in (file, request, folders['Staff']):
            with self.assertRaisesRegex(ValidationError, 'has no category “Plan”'):
                record.category_id = plan
        with self.assertRaisesRegex(ValidationError, 'has no category “Contract”'):
            project.customer_category_ids = plan
        self.file.category_id = plan

    def test_template_by_odoo_manager(self):
        """Issue 9.8: who manages projects at Odoo, without a part in customer services, copies folders too."""
        template = self._create_project(self.user_a1, 'Template', is_template=True, partner_id=False)
        self._create_folder(template, 'Staff', visibility='internal', category_id=self.env.ref(
            'customer_project.customer_file_category_plan').id)
        planner = self._create_staff('planner', 'project.group_project_manager')
        project = template.with_user(planner).action_create_from_template({'name': 'Made'})
        self.assertEqual(project.sudo().customer_folder_ids.mapped('name'), ['Staff'])
