from odoo.tests import TransactionCase, tagged

from .conformance import ConformanceMixin


@tagged('post_install', '-at_install')
class TestConformance(ConformanceMixin, TransactionCase):
    addon = 'customer_services'
    public_methods = frozenset({
        'customer.access.action_invite', 'customer.access.action_block', 'customer.access.action_unblock',
        'customer.access.action_revoke',
        'customer.authorisation.action_create_access', 'customer.authorisation.action_remove',
        'customer.authorisation.action_determine_administrators',
        'customer.authorisation.action_determine_processors',
        'customer.authorise.wizard.action_apply',
        'customer.transaction.mixin.action_explain_access',
        'customer.group.action_open_customers', 'customer.group.action_send_mail',
        'res.partner.action_explain_access', 'res.partner.action_make_customer',
        'res.partner.action_open_authorisations',
        'res.partner.action_open_customer_documents', 'res.users.action_create_integrator_key'})
    # the link of an invitation is opened by who has no login yet; its token is the right
    public_routes = frozenset({
        '/my/invitations/<string:token>', '/my/invitations/<string:token>/accept',
        '/my/invitations/<string:token>/code'})
