"""Records of ``customer_agenda_website`` for the matrix."""

DOCUMENTS = {}
VALUES = {
    'customer.appointment.quota': lambda test, customer, of_a: {
        'key': f'matrix{test._next()}', 'day': '2040-01-01', 'number': 1},
}


def names(test):
    """Return nothing: no address names a record of this addon."""
    return {}
