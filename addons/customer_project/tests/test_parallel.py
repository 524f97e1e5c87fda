import os
import tempfile
import threading
from unittest.mock import patch

from odoo import SUPERUSER_ID, api
from odoo.exceptions import UserError
from odoo.modules.registry import DummyRLock, Registry
from odoo.service.model import retrying
from odoo.tests import BaseCase, get_db_name, tagged
from odoo.tools import mute_logger

from .common import PDF

UPLOADS = 20


@tagged('post_install', '-at_install')
class TestParallel(BaseCase):
    """Workers at the same time, each with a cursor of its own: what is tested here is committed and deleted."""

    def setUp(self):
        super().setUp()
        self.registry = Registry(get_db_name())
        lock = patch.object(Registry, '_lock', DummyRLock())
        lock.start()
        self.addCleanup(lock.stop)
        with self.registry.cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {'customer_project_quiet': True, 'tracking_disable': True})
            customer = env['res.partner'].create({
                'name': 'Parallel customer', 'is_company': True, 'email': 'info@parallel.example.com',
                'customer_file_quota_mb': 1})
            project = env['project.project'].create({
                'name': 'Parallel', 'partner_id': customer.id, 'privacy_visibility': 'portal'})
            request = env['customer.file.request'].create({'project_id': project.id, 'name': 'Parallel'})
            self.ids = {'customer': customer.id, 'project': project.id, 'request': request.id}
        self.addCleanup(self._delete)

    def _delete(self):
        with self.registry.cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {'active_test': False})
            project = env['project.project'].browse(self.ids['project'])
            env['customer.file'].search([('project_id', '=', project.id)]).unlink()
            env['customer.file.request'].browse(self.ids['request']).unlink()
            account = project.account_id
            project.unlink()
            account.unlink()
            env['res.partner'].browse(self.ids['customer']).unlink()

    def _upload(self, results, start, content):
        with self.registry.cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {'customer_project_quiet': True, 'tracking_disable': True})

            def attempt():
                handle, path = tempfile.mkstemp(dir=env['customer.file.upload']._folder())
                with os.fdopen(handle, 'wb') as stream:
                    stream.write(content)
                env['customer.file.upload']._forget_after(path)
                request = env['customer.file.request'].browse(self.ids['request'])
                return env['customer.file']._create_by_upload(request, path, 'a.pdf').id

            start.wait()
            try:
                results.append(retrying(attempt, env))
            except UserError as error:
                results.append(error)

    def _run(self, content):
        """Upload the same content :data:`UPLOADS` times at the same moment; return ids or errors."""
        results, start = [], threading.Barrier(UPLOADS)
        threads = [threading.Thread(target=self._upload, args=(results, start, content)) for _number in range(UPLOADS)]
        with mute_logger('odoo.sql_db', 'odoo.service.model'), patch(
                'odoo.service.model.MAX_TRIES_ON_CONCURRENCY_FAILURE', 100), patch('odoo.service.model.time.sleep'):
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
        return results

    def test_into_one_request(self):
        """Issue 9.3: 20 uploads into one request at the same time are 20 files, and one submitted request."""
        results = self._run(PDF)
        self.assertEqual(len({result for result in results if isinstance(result, int)}), UPLOADS, results)
        with self.registry.cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {})
            request = env['customer.file.request'].browse(self.ids['request'])
            self.assertEqual((request.state, len(request.file_ids)), ('submitted', UPLOADS))
            usage = env['customer.file.usage'].search([('customer_id', '=', self.ids['customer'])])
            self.assertEqual(usage.used, UPLOADS * len(PDF))

    def test_quota_race(self):
        """Issue 9.6: of 20 uploads at the same time as many succeed as fit into the quota, not one more."""
        size = 300 * 1024
        results = self._run(PDF + b'0' * (size - len(PDF)))
        self.assertEqual(len([result for result in results if isinstance(result, int)]), 3, results)
        self.assertEqual(len([result for result in results if isinstance(result, UserError)]), UPLOADS - 3)
