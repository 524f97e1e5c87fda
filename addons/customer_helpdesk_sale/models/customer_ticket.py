from odoo import api, fields, models

from odoo.addons.customer_helpdesk.about import shown, stored


class CustomerTicket(models.Model):
    _inherit = 'customer.ticket'

    order_id = fields.Many2one('sale.order', string='Order (stored)', **stored())
    about_order_id = fields.Many2one('sale.order', string='Order', **shown('order'))
    invoice_id = fields.Many2one('account.move', string='Invoice (stored)', **stored())
    about_invoice_id = fields.Many2one(
        'account.move', string='Invoice', domain=[('move_type', 'in', ('out_invoice', 'out_refund'))], **shown('invoice'))

    @api.model
    def _about_kinds(self):
        return super()._about_kinds() | {'order', 'invoice'}
