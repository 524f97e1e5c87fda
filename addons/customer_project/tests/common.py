"""Fixtures for the tests of project files."""
import base64
import os
import tempfile

from odoo.addons.customer_services.tests.common import CustomerCommon, CustomerHttpCommon

PDF = b'%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n'
PNG = base64.b64decode(
    'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==')
SVG = b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
HTML = b'<!DOCTYPE html><html><script>alert(1)</script></html>'


class FileFixture:
    """A project of each customer with folders for everybody, for staff, for chosen accesses, and for uploads."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env = cls.env(context=dict(cls.env.context, customer_project_quiet=True))
        cls.project_a = cls._create_project(cls.user_a1, 'Alpha house')
        cls.project_a2 = cls._create_project(cls.user_a2, 'Alpha shed')
        cls.project_b = cls._create_project(cls.user_b1, 'Beta tower')
        cls.folder = cls._create_folder(cls.project_a, 'Plans', upload='yes')
        cls.folder_box = cls._create_folder(cls.project_a, 'Box', upload='drop')
        cls.folder_internal = cls._create_folder(cls.project_a, 'Secret margin', visibility='internal')
        cls.folder_chosen = cls._create_folder(
            cls.project_a, 'For the boss', visibility='accesses', access_ids=cls._access(cls.user_a1).ids)
        cls.file = cls._create_file(cls.project_a, 'plan.pdf', folder_id=cls.folder.id)
        cls.file_top = cls._create_file(cls.project_a, 'top.pdf')
        cls.file_internal = cls._create_file(cls.project_a, 'margin.pdf', folder_id=cls.folder_internal.id)
        cls.file_chosen = cls._create_file(cls.project_a, 'salary.pdf', folder_id=cls.folder_chosen.id)
        cls.file_own = cls._create_file(cls.project_a2, 'shed.pdf')
        cls.file_b = cls._create_file(cls.project_b, 'tower.pdf')

    @classmethod
    def _create_project(cls, user, name, **values):
        return cls.env['project.project'].create({
            'name': name, 'partner_id': user.partner_id.id, 'privacy_visibility': 'portal', 'user_id': cls.agent.id,
            **values})

    @classmethod
    def _create_folder(cls, project, name, **values):
        return cls.env['customer.folder'].create({'project_id': project.id, 'name': name, **values})

    @classmethod
    def _create_file(cls, project, name, content=PDF, **values):
        return cls.env['customer.file'].create({
            'project_id': project.id, 'name': name, 'content': base64.b64encode(content), **values})

    @classmethod
    def _create_request(cls, project=None, **values):
        return cls.env['customer.file.request'].create({
            'project_id': (project or cls.project_a).id, 'name': 'Permit', 'user_id': cls.agent.id, **values})

    def _temporary(self, content=PDF):
        """Write a temporary file as an upload does, and return its path."""
        handle, path = tempfile.mkstemp(dir=self.env['customer.file.upload']._folder())
        with os.fdopen(handle, 'wb') as stream:
            stream.write(content)
        self.addCleanup(lambda: os.path.exists(path) and os.unlink(path))
        return path

    def _set_param(self, name, value):
        self.env['ir.config_parameter'].sudo().set_param(f'customer_project.{name}', value)


class FileCommon(FileFixture, CustomerCommon):
    """For tests of models."""


class FileHttpCommon(FileFixture, CustomerHttpCommon):
    """For tests of routes and pages."""
