"""Records of ``customer_rma`` for the matrix."""
import base64

from odoo.fields import Command

DOCUMENTS = {'customer.rma': lambda test, values: {}}


def delivered_move(test, partner):
    """Return a move by which goods of a new order were delivered to a customer."""
    product = test.env['product.product'].create({'name': 'matrix', 'type': 'consu', 'taxes_id': [Command.clear()]})
    order = test.env['sale.order'].create({
        'partner_id': partner.id, 'require_signature': False, 'require_payment': False,
        'order_line': [Command.create({'product_id': product.id})]})
    order.action_confirm()
    order.picking_ids.move_ids.write({'quantity': 1, 'picked': True})
    order.picking_ids.with_context(skip_backorder=True, skip_sms=True).button_validate()
    return order.picking_ids.move_ids


def line_values(test, customer, of_a):
    """Return the values of a line of a new return."""
    return {
        'rma_id': test.env['customer.rma'].create({'partner_id': customer.id}).id,
        'move_id': delivered_move(test, customer).id, 'quantity': 1}


def job_values(test, customer, of_a):
    """Return the values of a job of a new return."""
    rma = test.env['customer.rma'].create({'partner_id': customer.id})
    return {'rma_id': rma.id, 'kind': 'close', 'key': f'matrix-{test._next()}', 'state': 'done'}


def named(test, customer, of_a):
    """Return the values of a rule, reason, way or grade."""
    return {'name': f'Matrix {test._next()}'}


def label_values(test, customer, of_a):
    """Return the values of a label that no return has yet."""
    method = test.env['customer.rma.method'].create({'name': f'Matrix {test._next()}'})
    return {'name': 'label.pdf', 'content': base64.b64encode(b'%PDF-1.4 label'), 'method_id': method.id}


VALUES = {
    'customer.rma.label': label_values,
    'customer.rma.line': line_values,
    'customer.rma.job': job_values,
    'customer.rma.rule': named,
    'customer.rma.reason': named,
    'customer.rma.method': named,
    'customer.rma.grade': named,
}


def names(test):
    """Return what the addresses in ``routes.csv`` name: a return of customer A with a file, and its share token."""
    rma, other = test.env['customer.rma'].create([{
        'partner_id': test.user_a1.partner_id.id,
        'line_ids': [Command.create({'move_id': delivered_move(test, test.user_a1.partner_id).id, 'quantity': 1})]}
        for _number in range(2)])
    rma._approve()
    message = rma.message_post(
        body='file', attachments=[('a.txt', b'content')], message_type='comment', subtype_xmlid='mail.mt_comment')
    label, other_label = test.env['customer.rma.label'].create(
        [dict(label_values(test, None, True), rma_id=number) for number in (rma.id, other.id)])
    return {
        'rma': rma.id, 'rma_label': label.id, 'rma_label_other': other_label.id,
        'rma_token': rma._portal_ensure_token(), 'rma_file': message.attachment_ids.id,
        'rma_cancel': other.id}
