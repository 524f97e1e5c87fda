from odoo import fields, models


class CustomerAppointmentTypeLine(models.Model):
    """Somebody or something that takes appointments of a type."""

    _name = 'customer.appointment.type.line'
    _description = 'Resource of a type of appointment'
    _order = 'sequence, id'

    type_id = fields.Many2one('customer.appointment.type', required=True, ondelete='cascade', index=True)
    sequence = fields.Integer(default=10)
    resource_id = fields.Many2one('resource.resource', string='Resource', required=True, ondelete='restrict', index=True)
    weight = fields.Integer(default=1, help='Who has 2 gets twice as many appointments as who has 1.')

    _resource_unique = models.UniqueIndex('(type_id, resource_id)', 'This resource is in the list already.')
    _weight_positive = models.Constraint('CHECK(weight > 0)', 'A weight is at least 1.')
