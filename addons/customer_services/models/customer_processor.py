from odoo import api, fields, models
from odoo.exceptions import ValidationError


class CustomerProcessor(models.Model):
    """A specialist who sees and processes one single document of a customer."""

    _name = 'customer.processor'
    _description = 'Processor of a document'
    _inherit = ['customer.grant.mixin']
    _order = 'res_model, res_id, id'

    user_id = fields.Many2one(
        'res.users', string='Processor', required=True, index=True, ondelete='cascade',
        domain=[('share', '=', False)])
    res_model = fields.Char(string='Kind of document', required=True)
    res_id = fields.Many2oneReference(string='Document', model_field='res_model', required=True)
    customer_id = fields.Many2one(
        'res.partner', string='Customer', compute='_compute_customer_id', store=True, index=True, ondelete='cascade',
        help='Owner of the document: the processor may read who the customer is.')
    date_start = fields.Date(string='From', help='First day on which the right holds; empty: from now on.')
    date_end = fields.Date(string='Until', help='Last day on which the right holds; empty: without end.')
    document_name = fields.Char(string='Name of the document', compute='_compute_document_name')

    _document_user_unique = models.UniqueIndex('(user_id, res_model, res_id)')
    _document_index = models.Index('(res_model, res_id)')
    _period_valid = models.Constraint(
        'CHECK(date_end IS NULL OR date_start IS NULL OR date_end >= date_start)',
        'The period of a processor ends before it starts.')

    @api.constrains('res_model', 'res_id')
    def _check_document(self):
        for processor in self:
            if processor.res_model not in self.env['customer.transaction.mixin']._customer_document_models():
                raise ValidationError(self.env._('%s is no document of a customer.', processor.res_model))
            if not self.env[processor.res_model].browse(processor.res_id).exists():
                raise ValidationError(self.env._('This document does not exist.'))

    @api.depends('res_model', 'res_id')
    def _compute_customer_id(self):
        for name, processors in self.grouped('res_model').items():
            if name in self.env['customer.transaction.mixin']._customer_document_models():
                # sudo: the owner of the document, whoever gives the right
                documents = self.env[name].sudo().browse(processors.mapped('res_id')).exists()
                owners = {document.id: document.commercial_partner_id for document in documents}
                for processor in processors:
                    processor.customer_id = owners.get(processor.res_id)

    @api.depends('res_model', 'res_id')
    def _compute_document_name(self):
        for processor in self:
            document = self.env[processor.res_model].browse(processor.res_id).exists()
            processor.document_name = document.display_name if document.has_access('read') else False
