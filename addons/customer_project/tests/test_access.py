from odoo import fields
from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import new_test_user, tagged

from .common import FileCommon


@tagged('post_install', '-at_install')
class TestAccess(FileCommon):
    """Who sees which file, on the level that RPC reaches."""

    def _visible(self, user, model='customer.file'):
        """Return what the user finds; reading each of it works, reading the rest does not."""
        everything = self.env[model].search([])
        mine = self.env[model].with_user(user).with_context(allowed_company_ids=user.company_ids.ids)
        found = mine.search([('id', 'in', everything.ids)])
        for record in everything:
            self.assertEqual(mine.browse(record.id).has_access('read'), record in found, (user.login, record.display_name))
        return found.sudo().with_env(self.env)

    def _ours(self, records):
        projects = self.project_a | self.project_a2 | self.project_b
        return records.filtered(lambda record: record.project_id in projects)

    def test_files(self):
        """Issue 9.11: search and check agree for every role; internal, chosen and foreign files stay hidden."""
        a, own, b = self.file | self.file_top, self.file_own, self.file_b
        expected = {
            self.user_a1: a | own | self.file_chosen,
            self.user_a2: own,
            self.user_b1: b,
            self.user_b2: b.browse(),
            self.revoked: b.browse(),
            self.specialist: a | own | self.file_chosen | self.file_internal,
            self.agent: a | own | b | self.file_chosen | self.file_internal,
            self.manager: a | own | b | self.file_chosen | self.file_internal,
        }
        for user, files in expected.items():
            self.assertEqual(self._ours(self._visible(user)), files.sorted(), user.login)
        with self.assertRaises(AccessError):
            self.file.with_user(self.employee).read(['name'])

    def test_folders_and_versions(self):
        """Issue 9.11: folders and versions are as visible as the files; names of hidden siblings never leak."""
        self.assertEqual(
            self._ours(self._visible(self.user_a1, 'customer.folder')),
            (self.folder | self.folder_box | self.folder_chosen).sorted())
        self.assertFalse(self._ours(self._visible(self.user_a2, 'customer.folder')))
        child = self._create_folder(self.project_a, 'Deep', parent_id=self.folder_internal.id)
        self.assertEqual(child.reach, 'internal')
        seen = self._visible(self.user_a1, 'customer.file.version').file_id
        self.assertEqual(self._ours(seen), self._ours(self._visible(self.user_a1)))
        for user in (self.user_a1, self.user_b1):
            with self.assertRaises(AccessError):
                self.file_internal.version_id.attachment_id.with_user(user).read(['name'])

    def test_chosen_accesses(self):
        """Issue 9.1: a file for chosen accesses opens for them, also in scope own, and for nobody else."""
        self.file_top.write({'visibility': 'accesses', 'access_ids': [Command.set(self._access(self.user_a2).ids)]})
        self.assertIn(self.file_top, self._visible(self.user_a2))
        self.assertNotIn(self.file_top, self._visible(self.user_a1))
        self.file_top.folder_id = self.folder_chosen
        self.assertEqual(self.file_top.reach, 'accesses')
        self.assertFalse(self.file_top.reach_access_ids, 'both must allow it')
        self.assertNotIn(self.file_top, self._visible(self.user_a2))

    def test_internal_folder_hides_everything_below(self):
        """Issue 9.1: making a folder internal hides all files below it from the next request on."""
        child = self._create_folder(self.project_a, 'Deep', parent_id=self.folder.id)
        deep = self._create_file(self.project_a, 'deep.pdf', folder_id=child.id)
        self.assertIn(deep, self._visible(self.user_a1))
        self.folder.visibility = 'internal'
        self.assertNotIn(deep, self._visible(self.user_a1))
        self.assertNotIn(self.file, self._visible(self.user_a1))
        self.assertIn(deep, self._visible(self.specialist))

    def test_dates(self):
        """Issue 9.1: a file is visible from its day on; expired ones stay readable and are marked."""
        self.file.date_from = '2999-01-01'
        self.assertNotIn(self.file, self._visible(self.user_a1))
        self.assertIn(self.file, self._visible(self.specialist))
        self.file_top.write({'date_from': '2020-01-01', 'date_until': '2020-02-01'})
        self.assertIn(self.file_top, self._visible(self.user_a1))
        self.assertTrue(self.file_top.is_expired)

    def test_kinds(self):
        """Issue 9.11: an access to chosen kinds opens files with the kind of files, projects with that of projects."""
        access = self._access(self.user_a2)
        access.write({'scope': 'kinds', 'kind_ids': [Command.set(self.env['ir.model']._get('customer.file').ids)]})
        self.assertIn(self.file, self._visible(self.user_a2))
        self.assertIn(self.folder, self._visible(self.user_a2, 'customer.folder'))
        self.assertNotIn(self.project_a, self._visible(self.user_a2, 'project.project'))
        access.kind_ids = self.env['ir.model']._get('project.project')
        self.assertNotIn(self.file, self._visible(self.user_a2))
        self.assertIn(self.project_a, self._visible(self.user_a2, 'project.project'))

    def test_processor(self):
        """Issue 9.1: a processor of a project sees its files, one of a file sees that file only."""
        processor = self._create_staff('processor', 'customer_services.group_customer_services_specialist')
        self.assertFalse(self._ours(self._visible(processor)))
        right = self.env['customer.processor'].create(
            {'user_id': processor.id, 'res_model': 'customer.file', 'res_id': self.file_internal.id})
        self.assertEqual(self._ours(self._visible(processor)), self.file_internal)
        right.unlink()
        self.env['customer.processor'].create(
            {'user_id': processor.id, 'res_model': 'project.project', 'res_id': self.project_b.id})
        self.assertEqual(self._ours(self._visible(processor)), self.file_b)
        self.assertIn(self.project_b, self._visible(processor, 'project.project'))

    def test_customers_write_nothing(self):
        """Issue 9.11: end users have read access only, on every model; a refused call changes nothing."""
        for record in (self.file, self.folder, self.file.version_id, self._create_request()):
            mine = record.with_user(self.user_a1)
            for call in (lambda mine=mine: mine.write({'name': 'x'}), mine.unlink,
                         lambda mine=mine: mine.create({'name': 'x', 'project_id': self.project_a.id})):
                with self.assertRaises(AccessError):
                    call()
        self.assertEqual(self.file.name, 'plan.pdf')
        with self.assertRaises(AccessError):
            self.env['customer.file'].with_user(self.user_a1).upload_start('customer.folder', self.folder.id, 'a.pdf', 3)

    def test_invited_staff(self):
        """Issue 9.11: a project for invited staff opens to colleagues who follow it, as in Odoo; to customers it does not."""
        colleague = new_test_user(self.env, 'test_colleague', groups='project.group_project_user')
        self.project_b.privacy_visibility = 'followers'
        self.assertFalse(self.project_b.with_user(colleague).has_access('read'))
        people = colleague.partner_id | self.user_a1.partner_id | self.specialist.partner_id
        self.project_b.message_subscribe(people.ids)
        self.assertEqual(self.project_b.message_partner_ids & people, colleague.partner_id)
        self.assertTrue(self.project_b.with_user(colleague).has_access('read'))
        for user in (self.user_a1, self.specialist):
            self.assertFalse(self.project_b.with_user(user).has_access('read'), user.login)

    def test_specialist_stays_with_his_customers(self):
        """Issue 9.11: a specialist writes only with his customers, and moves nothing to or from others."""
        mine = self.file.with_user(self.specialist)
        mine.description = 'fine'
        with self.assertRaises(AccessError):
            self.file_b.with_user(self.specialist).description = 'x'
        with self.assertRaises(AccessError):
            mine.write({'project_id': self.project_b.id, 'folder_id': False})
        with self.assertRaises(AccessError):
            self.env['customer.file'].with_user(self.specialist).create({'name': 'x.pdf', 'project_id': self.project_b.id})
        with self.assertRaises(AccessError):
            self.env['customer.folder'].with_user(self.specialist).create({'name': 'x', 'project_id': self.project_b.id})
        self.assertEqual(self.file.project_id, self.project_a)

    def test_receipts_and_links_follow_the_file(self):
        """Issue 9.11: receipts and links are read by the staff of the customer only, and never by customers."""
        self.env['customer.file.receipt'].with_user(self.user_b1)._record(self.file_b.version_id, 'download')
        receipt = self.file_b.receipt_ids
        self.assertTrue(receipt.with_user(self.agent).read(['kind']))
        for user in (self.specialist, self.user_b1, self.employee):
            with self.assertRaises(AccessError):
                receipt.with_user(user).read(['kind'])

    def test_what_follows_is_not_written(self):
        """Issue 9.11: nobody points a file or a link at foreign content, or widens who sees it, by RPC."""
        mine = self.file.with_user(self.specialist)
        for vals in ({'version_id': self.file_b.version_id.id}, {'reach': 'customer'}, {'from_customer': True},
                     {'uploader_id': self.user_b1.id}, {'commercial_partner_id': self.customer_b.id}):
            with self.assertRaises(AccessError, msg=vals):
                mine.write(vals)
            with self.assertRaises(AccessError, msg=vals):
                mine.create(dict(vals, name='x.pdf', project_id=self.project_a.id))
        with self.assertRaises(AccessError):
            self.folder.with_user(self.specialist).reach = 'customer'
        with self.assertRaises(AccessError):
            self.folder_box.with_user(self.specialist).project_id = self.project_b
        link, _url = self.env['customer.file.link'].with_user(self.specialist)._issue(
            mine, 'x', fields.Datetime.to_datetime('2035-01-01'))
        for vals in ({'file_id': self.file_b.id}, {'expiry': '2040-01-01'}, {'is_revoked': False}):
            with self.assertRaises(AccessError, msg=vals):
                link.write(vals)
        self.assertEqual(self.file.version_id.file_id, self.file)
