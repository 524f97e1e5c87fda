"""Records of ``customer_services`` for the matrix."""

DOCUMENTS = {}


def access_values(test, customer, of_a):
    """Return the values of an access of a new contact."""
    contact = test.env['res.partner'].create({'name': f'Matrix {test._next()}', 'parent_id': customer.id})
    return {'customer_id': customer.id, 'partner_id': contact.id}


def invitation_values(test, customer, of_a):
    """Return the values of an invitation to a new access."""
    access = test.env['customer.access'].create(access_values(test, customer, of_a))
    return {'access_id': access.id, 'email': 'matrix@example.com', 'expiry': '2030-01-01',
            'token_hash': f'matrix{test._next()}'}


def administrator_values(test, customer, of_a):
    """Return the values of a right of the specialist himself first, of new employees then."""
    user = test.specialist if of_a and test._next() == 1 else test._create_staff(
        f'matrix{test._next()}', 'base.group_user')
    return {'customer_id': customer.id, 'user_id': user.id}


def processor_values(test, customer, of_a):
    """Return the values of a right on a new ticket."""
    document = test.env['customer.ticket'].create({'name': 'matrix', 'partner_id': customer.id})
    return {'user_id': test.manager.id, 'res_model': document._name, 'res_id': document.id}


VALUES = {
    'customer.access': access_values,
    'customer.administrator': administrator_values,
    'customer.authorisation': access_values,
    'customer.group': lambda test, customer, of_a: {'name': f'Matrix {test._next()}'},
    'customer.invitation': invitation_values,
    'customer.processor': processor_values,
    'customer.submission': lambda test, customer, of_a: {'user_id': test.user_a1.id, 'key': f'matrix{test._next()}'},
    'customer.visit': lambda test, customer, of_a: {
        'form': 'matrix', 'network': f'matrix {test._next()}', 'address_hash': 'matrix', 'key': 'matrix'},
}


def names(test):
    """Return what the addresses in ``routes.csv`` name."""
    return {'access': test._access(test.user_a2).id}
