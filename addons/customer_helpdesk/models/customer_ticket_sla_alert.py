from odoo import api, fields, models
from odoo.tools import SQL

CLOCKS = [('first_response', 'First response'), ('next_response', 'Next response'), ('resolution', 'Resolution')]


class CustomerTicketSlaAlert(models.Model):
    """That somebody was told about a promise: the unique row is why he is told once only."""

    _name = 'customer.ticket.sla.alert'
    _description = 'Service level alert'
    _order = 'id desc'
    _log_access = False

    ticket_id = fields.Many2one('customer.ticket', string='Ticket', required=True, ondelete='cascade', index=True)
    clock = fields.Selection(CLOCKS, string='Promise', required=True)
    level = fields.Selection([('warning', 'Warning'), ('late', 'Late')], required=True)
    start_date = fields.Datetime(string='Clock started', required=True)
    deadline = fields.Datetime(string='Promised until')
    alert_date = fields.Datetime(string='Told on', required=True)

    _once = models.UniqueIndex('(ticket_id, clock, level, start_date)')

    @api.model
    def _claim(self, ticket, clock, level):
        """Take the right to tell about a promise, once and for all processes.

        :param clock: a :class:`~odoo.addons.customer_helpdesk.sla_clock.Clock`
        :return: whether nobody was told before
        """
        return bool(self.env.execute_query(SQL(
            'INSERT INTO customer_ticket_sla_alert (ticket_id, clock, level, start_date, deadline, alert_date)'
            ' VALUES (%s, %s, %s, %s, %s, %s) ON CONFLICT DO NOTHING RETURNING id',
            ticket.id, clock.name, level, clock.start, clock.deadline, fields.Datetime.now())))
