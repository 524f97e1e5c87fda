"""Records of ``customer_sale`` for the matrix."""
from odoo.fields import Command

DOCUMENTS = {}
VALUES = {
    'customer.reject.reason': lambda test, customer, of_a: {'name': f'Matrix {test._next()}'},
}


def names(test):
    """Return what the addresses in ``routes.csv`` name: an offer, an order and its invoice of customer A."""
    if not test.company.chart_template:
        test.env['account.chart.template'].try_loading('generic_coa', test.company, install_demo=False)
    product = test.env['product.product'].create({
        'name': 'matrix', 'type': 'service', 'list_price': 10, 'invoice_policy': 'order'})
    offer, order = test.env['sale.order'].create([{
        'partner_id': test.user_a1.partner_id.id, 'state': 'sent', 'require_signature': False, 'require_payment': False,
        'order_line': [Command.create({'product_id': product.id})]} for _number in range(2)])
    order.action_confirm()
    invoice = order._create_invoices()
    invoice.action_post()
    return {
        'offer': offer.id, 'order': order.id, 'order_token': order._portal_ensure_token(), 'invoice': invoice.id,
        'invoice_token': invoice._portal_ensure_token(), 'customer': test.customer_a.id}
