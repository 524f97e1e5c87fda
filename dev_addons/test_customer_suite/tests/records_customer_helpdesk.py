"""Records of ``customer_helpdesk`` for the matrix."""

DOCUMENTS = {'customer.ticket': lambda test, values: {'name': 'matrix'}}
VALUES = {
    'customer.ticket.stage': lambda test, customer, of_a: {'name': f'Matrix {test._next()}', 'state': 'open'},
    'customer.ticket.tag': lambda test, customer, of_a: {'name': f'Matrix {test._next()}'},
    'customer.ticket.type': lambda test, customer, of_a: {'name': f'Matrix {test._next()}'},
    'customer.ticket.team': lambda test, customer, of_a: {'name': f'Matrix {test._next()}'},
}


def names(test):
    """Return what the addresses in ``routes.csv`` name: a ticket of customer A with a file."""
    ticket = test.env['customer.ticket'].create({
        'name': 'matrix', 'description': 'text', 'partner_id': test.user_a1.partner_id.id})
    message = ticket.message_post(
        body='file', attachments=[('a.txt', b'content')], message_type='comment', subtype_xmlid='mail.mt_comment')
    return {
        'ticket': ticket.id, 'ticket_token': ticket._portal_ensure_token(), 'file': message.attachment_ids.id}
