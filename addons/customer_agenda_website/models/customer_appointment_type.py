from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from ..const import UNPROVEN_PER_TYPE


class CustomerAppointmentType(models.Model):
    _inherit = 'customer.appointment.type'

    audience = fields.Selection(
        selection_add=[('public', 'Everybody, also without login'), ('groups',)], ondelete={'public': 'set default'})

    @api.model
    def _offered_to(self, user):
        """Return to visitors without login only what is for everybody; in sudo, as for customers."""
        if not user._is_public():
            return super()._offered_to(user)
        # sudo: visitors have no right on types; the domain is all that they may choose from
        return self.sudo().search(
            Domain('company_id', 'in', [user.company_id.id, False]) & Domain('line_ids', '!=', False)
            & Domain('audience', '=', 'public'))

    @api.model
    def _audience_domain(self, partners, groups):
        """Customers may book what everybody may."""
        return super()._audience_domain(partners, groups) | Domain('audience', '=', 'public')

    def _has_room_for_unproven(self):
        """Tell whether one more visitor may hold a slot; only one booking of the type counts at a time.

        The row is written, not only locked: a parallel transaction that counted before fails and is repeated by Odoo.
        """
        self.ensure_one()
        self.env.execute_query(SQL(
            'UPDATE customer_appointment_type SET write_date = write_date WHERE id = %s RETURNING id', self.id))
        return self.env['customer.appointment'].search_count([
            ('type_id', '=', self.id), ('state', '=', 'offered'), ('hold_kind', '=', 'proof'),
        ], limit=UNPROVEN_PER_TYPE) < UNPROVEN_PER_TYPE
