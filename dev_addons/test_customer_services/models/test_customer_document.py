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


class TestCustomerLine(models.Model):
    """A line of a document: as visible as the document, like the lines of an order."""

    _name = 'test.customer.line'
    _description = 'Line of a document, for tests'

    document_id = fields.Many2one('test.customer.document', required=True, index=True, ondelete='cascade')
    name = fields.Char(required=True)


class TestCustomerPaper(models.Model):
    """A document that hangs on another one, like an invoice on its order; it may belong to nobody, or to its author."""

    _name = 'test.customer.paper'
    _description = 'Document that hangs on a document, for tests'
    _inherit = ['customer.document.mixin']
    _order = 'id desc'
    _portal_url = '/my/papers'
    _customer_fields = frozenset({'name'})
    _customer_origin_fields = ('document_id',)
    _customer_ownerless = 'own'

    name = fields.Char(required=True)
    user_id = fields.Many2one('res.users')
    document_id = fields.Many2one('test.customer.document', index=True)
    document_name = fields.Char(string='Name of the document', related='document_id.name', related_sudo=False)


class TestCustomerReceipt(models.Model):
    """A document that hangs on one that hangs on another one, like a payment on an invoice."""

    _name = 'test.customer.receipt'
    _description = 'Document that hangs on a paper, for tests'
    _inherit = ['customer.document.mixin']
    _order = 'id desc'
    _portal_url = '/my/receipts'
    _customer_origin_fields = ('paper_id',)

    name = fields.Char(required=True)
    paper_id = fields.Many2one('test.customer.paper', index=True)
