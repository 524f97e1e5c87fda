import builtins
import os
import subprocess
import sys
from pathlib import Path
from unittest.mock import patch

from odoo.tests import tagged

from .. import engine, hooks
from .common import ReportCommon

MODELS = 'odoo.addons.report_weasyprint.models.ir_actions_report'
ODOO = 'odoo.addons.base.models.ir_actions_report.IrActionsReport'


@tagged('post_install', '-at_install')
class TestChoice(ReportCommon):

    def setUp(self):
        super().setUp()
        self.startPatcher(patch(f'{ODOO}._run_wkhtmltopdf', lambda *args, **kwargs: b'by wkhtmltopdf'))
        self.startPatcher(patch(f'{ODOO}.get_wkhtmltopdf_state', lambda *args: 'workers'))
        self.reports = self.env['ir.actions.report']
        self.parameters = self.env['ir.config_parameter']

    def test_parameter(self):
        """Issue 4.6: the system parameter chooses; without it, and with an unknown word, WeasyPrint prints."""
        for value, printed_by in (('wkhtmltopdf', b'by w'), (' WKHTMLTOPDF', b'by w'), ('weasyprint', b'%PDF'),
                                  ('', b'%PDF'), ('other', b'%PDF')):
            self.parameters.set_param('report_weasyprint.engine', value)
            pdf = self.reports.with_user(self.portal)._run_wkhtmltopdf(['<html><body>x</body></html>'])
            self.assertEqual(pdf[:4], printed_by, value)
            self.assertEqual(self.reports.get_wkhtmltopdf_state(), 'ok' if printed_by == b'%PDF' else 'workers', value)

    def test_without_weasyprint(self):
        """Issue 4.6: where WeasyPrint cannot print, wkhtmltopdf stays in place."""
        with patch(f'{MODELS}.problem', lambda: 'no Pango'):
            self.assertEqual(self.reports._run_wkhtmltopdf(['<html><body>x</body></html>']), b'by wkhtmltopdf')
            self.assertEqual(self.reports.get_wkhtmltopdf_state(), 'workers')

    def test_problem(self):
        """Issue 4.6: what is missing is named, with the command that installs it."""
        self.assertEqual(engine.problem(), '')
        real_import = builtins.__import__
        for error, said in ((ImportError('No module named weasyprint'), 'pip install weasyprint'),
                            (OSError('cannot load library libpango-1.0-0\nmore'), 'apt install libpangoft2-1.0-0')):
            def refuse(name, *args, error=error, **kwargs):
                if name == 'weasyprint':
                    raise error
                return real_import(name, *args, **kwargs)
            with patch('builtins.__import__', refuse):
                self.assertIn(said, engine.problem.__wrapped__())
        with patch('weasyprint.__version__', '60.1'):
            self.assertIn('too old', engine.problem.__wrapped__())

    def test_installation(self):
        """Issue 4.6: installing tells the person and the log what to install, and does not fail; else it is silent."""
        todos = self.env['ir.actions.todo']
        before = todos.search([])
        hooks.post_init_hook(self.env)
        self.assertEqual(todos.search([]), before)
        with patch.object(hooks, 'problem', lambda: 'the system library Pango is missing (apt install x)'), \
                self.assertLogs(hooks.__name__, 'WARNING') as logged:
            hooks.post_init_hook(self.env)
        self.assertIn('apt install x', logged.output[0])
        todo = todos.search([]) - before
        action = self.env['ir.module.module'].next()
        self.assertEqual((action['tag'], todo.state), ('display_notification', 'done'))
        self.assertIn('apt install x', action['params']['message'])
        made = self.env['ir.model.data'].search([('module', '=', 'report_weasyprint'), ('name', 'like', 'missing')])
        self.assertEqual(sorted(made.mapped('model')), ['ir.actions.client', 'ir.actions.todo'], 'removed with the addon')

    def test_loads_without_weasyprint(self):
        """Issue 4.6: without the Python package the addon's code is imported, and only printing asks for it."""
        program = (
            "import sys; sys.modules['weasyprint'] = None\n"
            "import odoo.addons; odoo.addons.__path__.append(sys.argv[1])\n"
            "import odoo.addons.report_weasyprint as addon\n"
            "from odoo.addons.report_weasyprint import engine\n"
            "print(engine.problem())")
        folder = Path(engine.__file__).parents[1]
        done = subprocess.run(
            [sys.executable, '-c', program, str(folder)], capture_output=True, text=True, check=False,
            env={**os.environ, 'PYTHONPATH': os.pathsep.join(sys.path)})
        self.assertIn('pip install weasyprint', done.stdout, done.stderr)
