import hmac
import logging
import os

from werkzeug.exceptions import NotFound

from odoo import SUPERUSER_ID, http
from odoo.http import request

_logger = logging.getLogger(__name__)


class CustomerLocal(http.Controller):

    @http.route('/customer_local/mailbox', type='http', auth='user', methods=['GET'], readonly=True)
    def mailbox(self):
        """Lead to the page with the mails of this local run."""
        url = os.environ.get('CUSTOMER_LOCAL_MAILBOX')
        if not url:
            raise NotFound
        return request.redirect(url, local=False)

    @http.route('/customer_local/mail-in', type='http', auth='public', methods=['POST'], csrf=False, save_session=False)
    def mail_in(self):
        """Feed the body, one message (RFC 5322), to the mail gateway as an MTA's pipe does.

        Only scripts/mail-in knows the key. Status 200: taken; 422: refused for good; else: worth another try.
        """
        key, given = os.environ.get('CUSTOMER_LOCAL_KEY'), request.httprequest.headers.get('X-Local-Key', '')
        if not key or not hmac.compare_digest(key.encode(), given.encode()):
            return self._answer(404, 'not found')
        gateway = request.env(user=SUPERUSER_ID)['mail.thread']
        try:
            with request.env.cr.savepoint():
                gateway.message_process(False, request.httprequest.get_data())
        except ValueError as error:  # Odoo's answer to a message for nobody
            _logger.info('mail-in: refused: %s', error)
            return self._answer(422, str(error))
        return self._answer(200, 'taken')

    @staticmethod
    def _answer(status, text):
        return request.make_response(text, status=status, headers=[('Content-Type', 'text/plain; charset=utf-8')])
