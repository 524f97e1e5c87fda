import json
import logging

from psycopg2 import OperationalError

from odoo import api, fields, models

from ..const import ADDRESSING_KEY

_logger = logging.getLogger(__name__)

#: rows of one transaction's search; each is committed on its own
BATCH = 100
MAX_TRIES = 5


class CustomerTicketOutbox(models.Model):
    """What is to be mailed: written in the transaction that says it, addressed and rendered after it by a job.

    No page waits for recipients and layouts, and a rollback mails nothing. A row is deleted in the transaction that
    makes its mails: whatever kills the job, nothing is lost and nothing is made twice.
    """

    _name = 'customer.ticket.outbox'
    _description = 'Ticket: mail to be addressed'
    _order = 'id'
    _log_access = False

    ticket_id = fields.Many2one('customer.ticket', required=True, index=True, ondelete='cascade')
    message_id = fields.Many2one('mail.message', index=True, ondelete='cascade', help='Empty: the acknowledgement.')
    is_request = fields.Boolean(help='The text of a new ticket: its author gets the acknowledgement, no copy.')
    date = fields.Datetime(required=True, default=fields.Datetime.now)
    parameters = fields.Char(help='Parameters of the notification, as JSON.')
    tries = fields.Integer(string='Failed tries')
    error = fields.Text(readonly=True)

    @api.model
    def _add(self, vals_list):
        """Queue what is to be mailed and let the job run once after this transaction."""
        if not vals_list:
            return
        # sudo: who writes a message need not know of the queue
        self.sudo().create([
            {**vals, 'parameters': vals.get('parameters') and json.dumps(vals['parameters'])} for vals in vals_list])
        self.env['customer.ticket']._wake_cron('customer_helpdesk.ir_cron_address_customer_ticket_outbox')

    @api.model
    def _cron_address(self):
        """Make the mails of all rows, each in a transaction of its own."""
        done = set()
        while rows := self.search([('tries', '<', MAX_TRIES), ('id', 'not in', list(done))], limit=BATCH):
            for index, row in enumerate(rows):
                done.add(row.id)
                row._address()
                if not self.env['customer.ticket']._cron_progress(1, remaining=len(rows) - index - 1):
                    return

    def _address_all(self):
        """Make the mails of all rows in this transaction (for tests and for a single ticket)."""
        for row in self.search([('tries', '<', MAX_TRIES)]):
            row._address()

    def _address(self):
        """Make the mails of one row and delete it; what fails is tried again and shown."""
        self.ensure_one()
        try:
            with self.env.cr.savepoint():
                ticket = self.ticket_id.sudo().with_context(**{ADDRESSING_KEY: self.is_request and 'request' or 'message'})
                message, parameters = self.message_id, json.loads(self.parameters or '{}')
                if message:
                    # the message may have moved to the ticket into which this one was merged
                    ticket.browse(message.res_id)._notify_thread(message, **parameters)
                    message._notify_message_notification_update()
                else:
                    ticket._acknowledge()
                self.unlink()
        except OperationalError:  # another transaction is faster: the whole job is run again
            raise
        except Exception as error:  # noqa: BLE001 - one broken mail must not stop the others
            _logger.warning('Mail of ticket %s could not be made', self.ticket_id.number, exc_info=True)
            self.write({'tries': self.tries + 1, 'error': str(error)[:2000]})
