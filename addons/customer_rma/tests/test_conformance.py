from odoo.tests import TransactionCase, tagged

from odoo.addons.customer_services.tests.conformance import ConformanceMixin


@tagged('post_install', '-at_install')
class TestConformance(ConformanceMixin, TransactionCase):
    """Issue 7.4: Issue 7.16: what the suite asks of every addon."""

    addon = 'customer_rma'
    public_methods = frozenset({
        'customer.rma.action_approve', 'customer.rma.action_submit', 'customer.rma.action_reject', 'customer.rma.reject',
        'customer.rma.action_cancel', 'customer.rma.action_in_transit', 'customer.rma.action_receive',
        'customer.rma.receive_scan', 'customer.rma.action_inspect', 'customer.rma.action_open_portal',
        'customer.rma.action_open_pickings', 'customer.rma.action_open_exchanges',
        'customer.rma.action_open_credit_notes', 'customer.rma.job.action_retry', 'customer.rma.line.action_keep',
        'customer.rma.scan.action_scan', 'customer.rma.reject.action_reject', 'customer.rma.simulation.action_simulate',
        'customer.rma.rule.action_copy_to_draft', 'customer.rma.rule.action_put_into_effect'})
    # a share link opens the page, its files and the slip; without one visitors are sent to the login
    public_routes = frozenset({
        '/my/rmas/<int:rma_id>', '/my/rmas/<int:rma_id>/files/<int:attachment_id>', '/my/rmas/<int:rma_id>/slip',
        '/my/rmas/<int:rma_id>/labels/<int:label_id>'})
