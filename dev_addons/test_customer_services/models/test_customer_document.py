from odoo import fields, models


class TestCustomerDocument(models.Model):
    """The smallest document of a customer."""

    _name = 'test.customer.document'
    _description = 'Document of a customer, for tests'
    _inherit = ['customer.document.mixin']
    _order = 'id desc'
    _portal_url = '/my/documents'
    _customer_fields = frozenset({'name'})

    name = fields.Char(required=True)
    secret = fields.Char()
    state = fields.Selection(
        [('new', 'New'), ('open', 'Open'), ('closed', 'Closed')], required=True, default='new')
