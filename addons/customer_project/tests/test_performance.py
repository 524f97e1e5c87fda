from odoo.fields import Command
from odoo.tests import tagged

from .common import FileHttpCommon


@tagged('post_install', '-at_install')
class TestQueries(FileHttpCommon):
    """Numbers of queries, counted in whole requests of a logged-in customer on warm caches."""

    def _queries(self, url):
        """Return how many queries the second of two equal requests takes."""
        self.url_open(url)
        self.env.flush_all()
        before = self.env.cr.sql_log_count
        self.assertEqual(self.url_open(url).status_code, 200)
        return self.env.cr.sql_log_count - before

    def test_constant(self):
        """Issue 9.12: lists, search and page of a project take as many queries for 60 files as for 6."""
        self.authenticate('test_a1', 'test_a1')
        project = f'/my/projects/{self.project_a.id}/files'
        addresses = (
            '/my/files', '/my/files?groupby=project&search=p', project, f'{project}?folder={self.folder.id}',
            f'{project}?search=p', f'/my/files/{self.file.id}', '/my/requests?filterby=all')
        few = {url: self._queries(url) for url in addresses}
        self.env['customer.file'].create([
            {'project_id': self.project_a.id, 'name': f'plan {number}.pdf', 'folder_id': folder}
            for number in range(27) for folder in (self.folder.id, False)])
        self.env.cr.execute(
            'UPDATE customer_file SET version_id = %s, size = 1 WHERE version_id IS NULL AND project_id = %s',
            [self.file.version_id.id, self.project_a.id])
        self._create_folder(self.project_a, 'More')
        for number in range(20):
            self._create_request(name=f'Request {number}')
        self.env.invalidate_all()
        for url in addresses:
            self.assertLessEqual(self._queries(url), few[url] + 1, url)
            self.assertLessEqual(few[url], 40, url)

    def test_tasks(self):
        """Issue 9.12: Odoo's list of tasks takes no more queries for 100 tasks than for 10, under our rules; 24 at most."""
        users = (self.agent, self.manager, self.specialist)
        values = [{'project_id': self.project_a.id, 'user_ids': [Command.set(users[number % 3].ids)]} for number in range(10)]
        self.env['project.task'].create([dict(value, name='T') for value in values])
        self.authenticate('test_a1', 'test_a1')
        few = self._queries('/my/tasks')
        self.env['project.task'].create([dict(value, name='U') for value in values * 9])
        self.assertLessEqual(self._queries('/my/tasks'), few)
        self.assertLessEqual(few, 24)
