from odoo import api, fields, models

from odoo.addons.customer_helpdesk.about import shown, stored


class CustomerTicket(models.Model):
    _inherit = 'customer.ticket'

    rma_id = fields.Many2one('customer.rma', string='Return (stored)', **stored())
    about_rma_id = fields.Many2one('customer.rma', string='Return', **shown('rma'))

    @api.model
    def _about_kinds(self):
        return super()._about_kinds() | {'rma'}
