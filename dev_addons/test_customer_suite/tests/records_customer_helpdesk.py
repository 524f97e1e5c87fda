"""Records of ``customer_helpdesk`` for the matrix."""

DOCUMENTS = {'customer.ticket': lambda test, values: {'name': 'matrix'}}


def ticket_of(test, customer):
    """Return the id of a new ticket of a customer."""
    return test.env['customer.ticket'].create({'name': 'matrix', 'partner_id': customer.id}).id


def alert_values(test, customer, of_a):
    """Return the values of an alert on a new ticket."""
    return {'ticket_id': ticket_of(test, customer), 'clock': 'resolution', 'level': 'late',
            'start_date': '2026-11-25', 'alert_date': '2026-11-25'}


def presence_values(test, customer, of_a):
    """Return the values of somebody's presence at a new ticket."""
    return {'ticket_id': ticket_of(test, customer), 'user_id': test.manager.id, 'seen_date': '2026-11-25'}


VALUES = {
    'customer.ticket.sla.policy': lambda test, customer, of_a: {
        'name': f'Matrix {test._next()}', 'first_response_hours': 1},
    'customer.ticket.sla.alert': alert_values,
    'customer.ticket.presence': presence_values,
    'customer.ticket.turn': lambda test, customer, of_a: {'team_id': 1, 'user_id': test._next(), 'turn': 1},
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
