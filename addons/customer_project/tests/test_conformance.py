from odoo.tests import TransactionCase, tagged

from odoo.addons.customer_services.tests.conformance import ConformanceMixin


@tagged('post_install', '-at_install')
class TestConformance(ConformanceMixin, TransactionCase):
    """Issue 9.11: files and requests keep the rules of every document of customers."""

    addon = 'customer_project'
    public_methods = frozenset({
        'customer.file.action_download', 'customer.file.action_open_portal',
        'customer.file.upload_start', 'customer.file.upload_piece', 'customer.file.upload_finish',
        'customer.file.upload_from_url', 'customer.file.version.action_download', 'customer.file.link.action_revoke',
        'customer.file.link.wizard.action_apply', 'customer.file.return.wizard.action_apply',
        'customer.file.request.wizard.action_apply', 'customer.file.request.action_accept',
        'customer.file.request.action_send_back', 'customer.file.request.action_cancel',
        'customer.file.request.action_reopen', 'customer.file.request.action_open_portal',
        'customer.file.request.action_open_files', 'project.project.action_open_customer_files',
        'project.project.action_open_customer_requests', 'project.project.action_open_customer_portal',
        'res.partner.action_export_customer_files'})
    # a link with expiry is for who has no login; its token is the right
    public_routes = frozenset({'/my/files/links/<string:token>', '/my/files/links/<string:token>/<int:file_id>'})
