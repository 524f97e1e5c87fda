"""Records of ``customer_registration`` for the matrix."""

DOCUMENTS = {}


def policy(test):
    """Return a policy, made once."""
    return test.env['customer.registration.policy'].search([('code', '=', 'matrix')]) or test.env[
        'customer.registration.policy'].create({'name': 'Matrix', 'code': 'matrix'})


VALUES = {
    'customer.registration': lambda test, customer, of_a: {
        'policy_id': policy(test).id, 'name': 'matrix', 'email': 'matrix@example.com', 'expiry': '2030-01-01'},
    'customer.registration.field': lambda test, customer, of_a: {'policy_id': policy(test).id, 'label': 'matrix'},
    'customer.registration.quota': lambda test, customer, of_a: {
        'key': f'matrix{test._next()}', 'period': '2030-01-01', 'number': 1},
    'customer.registration.policy': lambda test, customer, of_a: {
        'name': 'matrix', 'code': f'matrix{test._next()}'},
}


def names(test):
    """Return what the addresses in ``routes.csv`` name: a policy."""
    return {'registration_code': policy(test).code}
