"""Records of ``customer_project`` for the matrix."""
import base64

from odoo import fields

#: a project with the same owner and company as the record of a row
CONTENT = base64.b64encode(b'content of the matrix')


def project(test, partner, company=None):
    """Create a project of a contact."""
    return test.env['project.project'].create({
        'name': f'matrix {test._next()}', 'partner_id': partner.id, 'privacy_visibility': 'portal',
        'company_id': company.id if company else False})


def in_project(test, values):
    """Return the values of a record in a new project with the given contact and company."""
    env = test.env
    company = env['res.company'].browse(values['company_id'])
    partner = env['res.partner'].browse(values['partner_id'])
    return {'name': f'matrix {test._next()}', 'project_id': project(test, partner, company).id}


def of(test, customer, of_a):
    """Return a project of customer A or B."""
    return project(test, test.user_a1.partner_id if of_a else test.user_b1.partner_id)


def file(test, customer, of_a):
    """Return a file of customer A or B."""
    return test.env['customer.file'].create({
        'name': 'matrix.txt', 'project_id': of(test, customer, of_a).id, 'content': CONTENT})


def receipt_values(test, customer, of_a):
    """Return the values of a receipt."""
    record = file(test, customer, of_a)
    return {'file_id': record.id, 'version_id': record.version_id.id, 'kind': 'read', 'user_id': test.user_a1.id,
            'first_date': '2030-01-01', 'last_date': '2030-01-01'}


def link_values(test, customer, of_a):
    """Return the values of a link to a file."""
    return {'name': 'matrix', 'file_id': file(test, customer, of_a).id, 'expiry': '2030-01-01',
            'token_hash': f'matrix{test._next()}'}


DOCUMENTS = {
    'customer.file': in_project,
    'customer.file.request': in_project,
}
VALUES = {
    'customer.folder': lambda test, customer, of_a: {'name': 'matrix', 'project_id': of(test, customer, of_a).id},
    'customer.file.version': lambda test, customer, of_a: {
        'file_id': file(test, customer, of_a).id, 'number': 100 + test._next(), 'name': 'matrix', 'size': 1},
    'customer.file.category': lambda test, customer, of_a: {'name': f'Matrix {test._next()}'},
    'customer.file.receipt': receipt_values,
    'customer.file.link': link_values,
    'customer.file.preference': lambda test, customer, of_a: {
        'event': 'file', 'user_id': test._create_staff(f'matrix{test._next()}', 'base.group_user').id},
    'customer.file.event': lambda test, customer, of_a: {
        'user_id': test.user_a1.id, 'event': 'file', 'mode': 'once', 'res_model': 'customer.file', 'res_id': 1,
        'mark': f'matrix{test._next()}'},
    'customer.file.usage': lambda test, customer, of_a: {
        'customer_id': test.env['res.partner'].create({'name': 'matrix'}).id},
    'customer.file.upload': lambda test, customer, of_a: {
        'user_id': test.user_a1.id, 'res_model': 'customer.folder', 'res_id': 1, 'name': 'matrix', 'size': 1},
}


def names(test):
    """Return what the addresses in ``routes.csv`` name: a project of customer A with a file, a request and a link."""
    env = test.env
    made = env['project.project'].create({
        'name': 'matrix', 'partner_id': test.user_a1.partner_id.id, 'privacy_visibility': 'portal'})
    record = env['customer.file'].create({'name': 'matrix.txt', 'project_id': made.id, 'content': CONTENT})
    asked = env['customer.file.request'].create({'name': 'matrix', 'project_id': made.id})
    _link, url = env['customer.file.link']._issue(record, 'matrix', fields.Datetime.to_datetime('2035-01-01'))
    return {
        'project': made.id, 'project_file': record.id, 'request': asked.id, 'file_link': url.rsplit('/', 1)[1],
        'customer_a': test.customer_a.id}
