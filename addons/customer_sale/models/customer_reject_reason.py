from odoo import fields, models


class CustomerRejectReason(models.Model):
    """Why a customer rejects an offer: the list from which he chooses."""

    _name = 'customer.reject.reason'
    _description = 'Reason to reject an offer'
    _order = 'sequence, id'

    name = fields.Char(string='Reason', required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one('res.company', string='Company', index=True, help='Empty: for all companies.')
    needs_comment = fields.Boolean(
        string='Asks for a comment', help='The customer has to write a few words, for example for “Other”.')
