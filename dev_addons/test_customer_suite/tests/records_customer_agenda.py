"""Records of ``customer_agenda`` for the matrix."""
from datetime import datetime, timedelta


def appointment_values(test, values):
    """Return the values of an appointment at a time of its own, years ahead."""
    kind = kind_of(test)
    return {'type_id': kind.id, 'start': datetime(2040, 1, 1) + timedelta(hours=2 * test._next()), 'name': 'matrix'}


def kind_of(test):
    """Return the type of all appointments of the matrix."""
    Kind = test.env['customer.appointment.type']
    return Kind.search([('name', '=', 'Matrix kind')]) or Kind.create({
        'name': 'Matrix kind', 'company_id': False, 'line_ids': [(0, 0, {'resource_id': resource_of(test).id})]})


def resource_of(test):
    """Return a new resource without working hours, of no company."""
    return test.env['resource.resource'].create({
        'name': 'Matrix', 'resource_type': 'material', 'calendar_id': False, 'company_id': False, 'tz': 'UTC'})


def appointment_of(test, customer):
    """Return an appointment of a customer."""
    return test.env['customer.appointment'].create(dict(
        appointment_values(test, {}), partner_id=customer.id, company_id=test.company.id))


DOCUMENTS = {'customer.appointment': appointment_values}
VALUES = {
    'customer.appointment.busy': lambda test, customer, of_a: {
        'appointment_id': appointment_of(test, customer).id, 'resource_id': resource_of(test).id, 'key': 'matrix',
        'seat': test._next(), 'busy_start': '2041-01-01', 'busy_stop': '2041-01-02'},
    'customer.appointment.feed': lambda test, customer, of_a: {
        'user_id': test._create_staff(f'matrix{test._next()}', 'base.group_user').id,
        'token_hash': f'matrix{test._next()}'},
    'customer.appointment.notice': lambda test, customer, of_a: {
        'appointment_id': appointment_of(test, customer).id, 'channel': 'email', 'hours': test._next(), 'revision': 0,
        'due': '2039-01-01'},
    'customer.appointment.question': lambda test, customer, of_a: {
        'type_id': kind_of(test).id, 'name': f'Matrix {test._next()}'},
    'customer.appointment.reminder': lambda test, customer, of_a: {'type_id': kind_of(test).id, 'hours': test._next()},
    'customer.appointment.type': lambda test, customer, of_a: {'name': f'Matrix {test._next()}'},
    'customer.appointment.type.line': lambda test, customer, of_a: {
        'type_id': kind_of(test).id, 'resource_id': resource_of(test).id},
    'customer.appointment.wait': lambda test, customer, of_a: {
        'type_id': test.env['customer.appointment.type'].create({'name': f'Matrix {test._next()}'}).id,
        'partner_id': customer.id, 'company_id': test.company.id, 'date_start': '2040-01-01', 'date_end': '2040-02-01'},
}


def names(test):
    """Return what the addresses in ``routes.csv`` name: two appointments of customer A, one of which will be cancelled."""
    kind = test.env['customer.appointment.type'].create({
        'name': 'Matrix kind', 'company_id': False,
        'line_ids': [(0, 0, {'resource_id': resource_of(test).id})]})
    appointment = test.env['customer.appointment'].create({
        'type_id': kind.id, 'partner_id': test.user_a1.partner_id.id, 'start': '2040-01-01 09:00:00', 'name': 'matrix'})
    other = test.env['customer.appointment'].create({
        'type_id': kind.id, 'partner_id': test.user_a1.partner_id.id, 'start': '2040-01-02 09:00:00', 'name': 'matrix'})
    message = appointment.message_post(
        body='file', attachments=[('a.txt', b'content')], message_type='comment', subtype_xmlid='mail.mt_comment')
    return {
        'appointment': appointment.id, 'appointment_to_cancel': other.id, 'appointment_token': appointment._portal_ensure_token(),
        'appointment_link': appointment._link_token(), 'appointment_file': message.attachment_ids.id}
