from odoo.tests import TransactionCase, tagged

from odoo.addons.customer_services.tests.conformance import ConformanceMixin


@tagged('post_install', '-at_install')
class TestConformance(ConformanceMixin, TransactionCase):
    allow_inherited_tests_method = True  # else Odoo runs none of the tests of the mixin
    addon = 'customer_registration'
    public_methods = frozenset({
        'customer.registration.action_accept', 'customer.registration.answer.action_send',
        'customer.registration.policy.action_preview'})
    # who registers has no login yet; behind links the token is the right
    public_routes = frozenset({
        '/register/<string:code>', '/register/<string:code>/send', '/register/link/<string:token>',
        '/register/link/<string:token>/password', '/register/link/<string:token>/code',
        '/register/link/<string:token>/resend'})
