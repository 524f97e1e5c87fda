from odoo import fields, models


class CustomerRmaReason(models.Model):
    """Why something comes back: the list from which customers choose."""

    _name = 'customer.rma.reason'
    _description = 'Reason of a return'
    _order = 'sequence, id'

    name = fields.Char(string='Reason', required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one('res.company', string='Company', index=True, help='Empty: for all companies.')
    portal_published = fields.Boolean(string='Shown to customers', default=True)


class CustomerRmaMethod(models.Model):
    """How goods come back: by parcel, handed in, picked up."""

    _name = 'customer.rma.method'
    _description = 'Way of a return'
    _order = 'sequence, id'

    name = fields.Char(string='Way', required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one('res.company', string='Company', index=True, help='Empty: for all companies.')
    instructions = fields.Text(translate=True, help='What the customer has to do; it stands on the return slip.')


class CustomerRmaGrade(models.Model):
    """In which condition goods came back, and what of the price is paid back then."""

    _name = 'customer.rma.grade'
    _description = 'Grade of returned goods'
    _order = 'sequence, id'

    name = fields.Char(string='Grade', required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one('res.company', string='Company', index=True, help='Empty: for all companies.')
    refund_percent = fields.Float(string='Refund in percent', default=100.0)

    _refund_percent_range = models.Constraint(
        'CHECK (refund_percent >= 0 AND refund_percent <= 100)', 'A refund is between 0 and 100 percent.')
