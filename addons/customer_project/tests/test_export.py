import base64
import csv
import io
import zipfile

from odoo.exceptions import AccessError
from odoo.tests import tagged

from ..const import GROUP_DATA_ADMINISTRATOR
from .common import PDF, FileHttpCommon


@tagged('post_install', '-at_install')
class TestExport(FileHttpCommon):
    """Everything of a customer as one ZIP."""

    def test_export(self):
        """Issue 9.9: a data administrator gets all versions of all files, whatever their visibility, with an index."""
        self.agent.group_ids += self.env.ref(GROUP_DATA_ADMINISTRATOR)
        self.file.content = base64.b64encode(PDF + b'2')
        self._create_file(self.project_a, '=cmd.pdf')
        self._create_request(reason='=1+1')
        self.env['customer.file.receipt'].with_user(self.user_a1)._record(self.file.version_id, 'read')
        self.authenticate('test_agent', 'test_agent')
        answer = self.url_open(f'/customer_project/export/{self.customer_a.id}')
        archive = zipfile.ZipFile(io.BytesIO(answer.content))
        names = set(archive.namelist())
        self.assertLessEqual({
            'Alpha house/Plans/plan.pdf', 'Alpha house/Plans/versions/1/plan.pdf', 'Alpha house/Secret margin/margin.pdf',
            'Alpha shed/shed.pdf', 'index.csv', 'requests.csv'}, names)
        self.assertFalse([name for name in names if 'tower' in name])
        self.assertEqual(archive.read('Alpha house/Plans/plan.pdf'), PDF + b'2')
        rows = list(csv.DictReader(io.StringIO(archive.read('index.csv').decode('utf-8-sig'))))
        self.assertEqual({row['path'] for row in rows}, names - {'index.csv', 'requests.csv'})
        plan = next(row for row in rows if row['path'] == 'Alpha house/Plans/plan.pdf')
        self.assertEqual((plan['version'], plan['current'], plan['receipts']), ('2', 'x', '1'))
        self.assertIn("'=cmd.pdf", {row['name'] for row in rows}, 'no spreadsheet takes a name for a formula')
        self.assertIn("'=1+1", archive.read('requests.csv').decode())

    def test_rights(self):
        """Issue 9.9: nobody else exports; a specialist with the role exports his customers only."""
        for user in ('test_agent', 'test_manager', 'test_a1', 'test_specialist'):
            self.authenticate(user, user)
            self.assertEqual(self.url_open(f'/customer_project/export/{self.customer_a.id}').status_code, 404, user)
        with self.assertRaises(AccessError):
            self.customer_a.with_user(self.agent).action_export_customer_files()
        self.specialist.group_ids += self.env.ref(GROUP_DATA_ADMINISTRATOR)
        self.authenticate('test_specialist', 'test_specialist')
        self.customer_b.is_customer = True
        self.customer_a.is_customer = True
        self.assertEqual(self.url_open(f'/customer_project/export/{self.customer_a.id}').status_code, 200)
        for customer in (self.customer_b.id, 2 ** 40):
            self.assertEqual(self.url_open(f'/customer_project/export/{customer}').status_code, 404)
