from odoo.tests import TransactionCase, tagged

from odoo.addons.customer_services.tests.conformance import ConformanceMixin


@tagged('post_install', '-at_install')
class TestConformance(ConformanceMixin, TransactionCase):
    allow_inherited_tests_method = True  # else Odoo runs none of the tests of the mixin
    addon = 'customer_login'
    # signup is Odoo's, extended here by the check of the password
    public_methods = frozenset({
        'customer.login.event.action_unlock_account', 'customer.login.event.action_unlock_address', 'res.users.signup'})
    # the link in the mail to a new address is opened wherever the mail is read; its token is the right
    public_routes = frozenset({'/my/email/<string:token>', '/my/email/<string:token>/confirm'})
