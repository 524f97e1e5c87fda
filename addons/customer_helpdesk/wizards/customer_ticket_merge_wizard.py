from odoo import api, fields, models
from odoo.exceptions import UserError


class CustomerTicketMergeWizard(models.TransientModel):
    """Makes one ticket of several."""

    _name = 'customer.ticket.merge.wizard'
    _description = 'Merge tickets'

    ticket_ids = fields.Many2many('customer.ticket', string='Tickets', required=True)
    target_id = fields.Many2one(
        'customer.ticket', string='Into', required=True, compute='_compute_target_id', store=True, readonly=False,
        precompute=True, domain=[('merged_into_id', '=', False)],
        help='Messages, notes, files and followers of the others move here.')
    customer_count = fields.Integer(compute='_compute_customer_count')
    is_confirmed = fields.Boolean(string='The customer of that ticket may see what the others wrote')

    @api.depends('ticket_ids')
    def _compute_target_id(self):
        """Propose the oldest one."""
        for wizard in self:
            tickets = wizard.ticket_ids._origin
            if not wizard.target_id and len(tickets) > 1:
                wizard.target_id = tickets.sorted('id')[0]
            else:
                wizard.target_id = wizard.target_id

    @api.depends('ticket_ids', 'target_id')
    def _compute_customer_count(self):
        for wizard in self:
            wizard.customer_count = len((wizard.ticket_ids | wizard.target_id).commercial_partner_id)

    def action_merge(self):
        """Merge, and open what came out.

        :raises UserError: if customers differ and nobody confirmed it
        """
        self.ensure_one()
        if not self.ticket_ids - self.target_id:
            raise UserError(self.env._('Choose the ticket into which to merge.'))
        target = (self.ticket_ids - self.target_id)._merge_into(self.target_id, allow_other_customer=self.is_confirmed)
        return {
            'type': 'ir.actions.act_window', 'res_model': 'customer.ticket', 'res_id': target.id, 'view_mode': 'form',
            'views': [(False, 'form')]}
