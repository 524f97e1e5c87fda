from odoo import fields, models


class CustomerAppointmentQuestion(models.Model):
    """What customers are asked when they book."""

    _name = 'customer.appointment.question'
    _description = 'Question for an appointment'
    _order = 'sequence, id'

    type_id = fields.Many2one('customer.appointment.type', required=True, ondelete='cascade', index=True)
    sequence = fields.Integer(default=10)
    name = fields.Char(string='Question', required=True, translate=True)
    kind = fields.Selection(
        [('char', 'One line'), ('text', 'Several lines'), ('choice', 'Choice')], required=True, default='char')
    choices = fields.Text(translate=True, help='One in a line.')
    is_required = fields.Boolean(string='Mandatory')

    def _choices(self):
        """Return the choices as list of texts."""
        self.ensure_one()
        return [line.strip() for line in (self.choices or '').splitlines() if line.strip()]
