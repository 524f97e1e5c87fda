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


def on_ticket(**values):
    """Return a function for rows of a table that hangs on tickets."""
    return lambda test, customer, of_a: {'ticket_id': ticket_of(test, customer), **{
        name: value(test) if callable(value) else value for name, value in values.items()}}


VALUES = {
    'customer.ticket.outbox': on_ticket(),
    'customer.ticket.suppression': on_ticket(reason='no_reply', partner_id=lambda test: test.user_a1.partner_id.id),
    'customer.ticket.mail': on_ticket(message_id=lambda test: f'<{test._next()}@matrix.example.com>'),
    'customer.ticket.cc': on_ticket(email=lambda test: f'{test._next()}@matrix.example.com'),
    'customer.ticket.link': on_ticket(kind='read', expires='2099-01-01'),
    'customer.ticket.link.use': lambda test, customer, of_a: {'action': 'opened', 'link_id': test.env[
        'customer.ticket.link'].create(
            {'ticket_id': ticket_of(test, customer), 'kind': 'read', 'expires': '2099-01-01'}).id},
    'customer.ticket.closure': on_ticket(closed_date='2026-11-25'),
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
    link = test.env['customer.ticket.link'].create(
        {'ticket_id': ticket.id, 'kind': 'read', 'expires': '2099-01-01'})
    return {
        'link': link.id, 'link_token': link._token(), 'cc': ticket._add_copied('copied@example.com').id,
        'ticket': ticket.id, 'ticket_token': ticket._portal_ensure_token(), 'file': message.attachment_ids.id}
