from functools import partial

from odoo import models

from odoo.addons.mail.models.fetchmail import OdooIMAP4


def _unread_mails(connection):
    """Yield number and bytes of the unread mails of an IMAP mailbox without marking them as read.

    Odoo's own way marks a mail by fetching it and takes the mark back: killed in between, it never sees the mail again.
    """
    while connection._unread_messages:
        number = connection._unread_messages.pop()
        _result, data = connection.fetch(number, '(BODY.PEEK[])')
        yield number, data[0][1]


class FetchmailServer(models.Model):
    _inherit = 'fetchmail.server'

    def _connect__(self, *args, **kwargs):  # noqa: PLW3201 - Odoo's name
        """Fetch mails in a way that loses none, whenever the process is killed."""
        connection = super()._connect__(*args, **kwargs)
        if isinstance(connection, OdooIMAP4):
            connection.retrieve_unread_messages = partial(_unread_mails, connection)
        return connection
