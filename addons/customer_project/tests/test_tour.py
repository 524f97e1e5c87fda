from odoo.tests import tagged

from .common import FileHttpCommon


@tagged('post_install', '-at_install')
class TestTour(FileHttpCommon):

    def test_portal_tour(self):
        """Issue 9.2: in a real browser a customer drops two files into a folder; they go in pieces and are there."""
        self.env['customer.file'].search([('project_id', '=', self.project_a.id)]).write({'needs_confirmation': False})
        self.start_tour(f'/my/projects/{self.project_a.id}/files', 'customer_project_portal', login='test_a1')
        self.env.invalidate_all()
        files = self.folder.file_ids - self.file
        self.assertEqual(set(files.mapped('name')), {'one.txt', 'two.txt'})
        self.assertEqual(files.uploader_id, self.user_a1)
        self.assertFalse(self.env['customer.file.upload'].search([]))
