"""Records of ``customer_login`` for the matrix."""

DOCUMENTS = {}


def change_values(test, customer, of_a):
    """Return the values of a change of the e-mail address of an end user of customer A."""
    number = test._next()
    user = test._create_portal_user(f'matrix{number}', test.customer_a)
    return {'user_id': user.id, 'email': 'matrix@example.com', 'expiry': '2030-01-01', 'token_hash': f'matrix{number}'}


VALUES = {
    'customer.email.change': change_values,
    'customer.login.event': lambda test, customer, of_a: {
        'date': '2026-01-01', 'scope': 'login', 'outcome': 'attempt', 'network': '192.0.2.1', 'source': '192.0.2.1'},
    'customer.reset.request': lambda test, customer, of_a: {'login': 'matrix'},
}


def names(test):
    """Return what the addresses in ``routes.csv`` name: nothing of its own."""
    return {}
