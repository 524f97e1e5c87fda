"""Records of ``customer_rma_website`` for the matrix."""

DOCUMENTS = {}
VALUES = {
    'customer.withdrawal': lambda test, customer, of_a: {
        'person': 'matrix', 'email': 'matrix@example.com', 'order_ref': f'matrix {test._next()}',
        'company_id': test.company.id},
}


def names(test):
    """Return the link of a statement; it is no customer's."""
    withdrawal = test.env['customer.withdrawal'].create({
        'person': 'matrix', 'email': 'matrix@example.com', 'order_ref': 'matrix', 'company_id': test.company.id})
    return {'withdrawal_link': withdrawal._new_link()}
