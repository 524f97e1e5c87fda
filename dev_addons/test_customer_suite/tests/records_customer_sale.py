"""Records of ``customer_sale`` for the matrix."""
from odoo.fields import Command

DOCUMENTS = {}
VALUES = {
    'customer.reject.reason': lambda test, customer, of_a: {'name': f'Matrix {test._next()}'},
}


def names(test):
    """Return what the addresses in ``routes.csv`` name: an offer and an order of customer A."""
    product = test.env['product.product'].create({'name': 'matrix', 'type': 'service', 'list_price': 10})
    offer, order = test.env['sale.order'].create([{
        'partner_id': test.user_a1.partner_id.id, 'state': 'sent', 'require_signature': False, 'require_payment': False,
        'order_line': [Command.create({'product_id': product.id})]} for _number in range(2)])
    order.action_confirm()
    return {'offer': offer.id, 'order': order.id, 'customer': test.customer_a.id}
