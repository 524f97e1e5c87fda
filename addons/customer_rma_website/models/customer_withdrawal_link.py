"""The link in the acknowledgement: it works once, and makes the return."""
import hashlib
import secrets
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import MissingError, UserError
from odoo.fields import Command
from odoo.orm.models import NO_ACCESS
from odoo.tools import SQL

from ..const import LINK_DAYS, WITHDRAWAL_URL


class CustomerWithdrawal(models.Model):
    _inherit = 'customer.withdrawal'

    token_hash = fields.Char(string='Digest of the link', groups=NO_ACCESS, copy=False)

    _token_hash_idx = models.UniqueIndex('(token_hash)')

    def _new_link(self):
        """Return the address of a new link; only its digest is kept, and former ones are void."""
        self.ensure_one()
        token = secrets.token_urlsafe(24)
        self.token_hash = _digest(token)
        return f'{WITHDRAWAL_URL}/link/{token}'

    @api.model
    def _find_by_link(self, token):
        """Return the statement whose link works, in sudo, or none."""
        # sudo: whoever holds the secret is the one to whom it was mailed
        return self.sudo().search([
            ('token_hash', '=', _digest(token)), ('date', '>=', fields.Datetime.now() - timedelta(days=LINK_DAYS))])

    def _items(self):
        """Return what of the order can be returned, as in the form for returns; nothing of an order of another address."""
        self.ensure_one()
        if not self.order_id:
            return []
        return self.env['customer.rma']._returnable_items(self.order_id, 'withdrawal')

    @api.model
    def _use_link(self, token, quantities):
        """Prove the mailbox, once, and make the return of what the consumer chose.

        :param str token: the secret of the link
        :param dict quantities: from the id of a delivered move to a number; empty if nothing is to come back
        :return: the statement in sudo
        :raises MissingError: if the link does not work (any more)
        :raises UserError: for goods or quantities that cannot come back; the link works on then
        """
        withdrawal = self._find_by_link(token)
        # of two clicks at the same time the second one waits here, and finds nothing
        used = withdrawal and self.env.execute_query(SQL(
            'UPDATE customer_withdrawal SET token_hash = NULL WHERE id = %s AND token_hash = %s RETURNING id',
            withdrawal.id, _digest(token)))
        if not used:
            raise MissingError(self.env._('This link does not work any more.'))
        withdrawal.invalidate_recordset(['token_hash'])
        withdrawal.write({'proven_date': fields.Datetime.now(), 'state': 'proven'})
        if not withdrawal.rma_id and withdrawal._is_matched() and quantities:
            withdrawal._create_return(quantities)
        return withdrawal

    def _is_matched(self):
        """Tell whether the typed address is one of the order, still."""
        return bool(self._contact_of(self.order_id, self.email))

    def _create_return(self, quantities):
        """Make the return under the rules for returns, with the date of the statement; jobs do the rest.

        :param dict quantities: from the id of a delivered move to a number in the unit of the product
        :raises UserError: for goods that are not of this order, cannot come back, or are more than what is left
        """
        self.ensure_one()
        items = {item['move'].id: item for item in self._items() if item['move'] and not item['blocked']}
        for move_id, quantity in quantities.items():
            item = items.get(move_id)
            if not item or not 0 < quantity <= item['left']:
                raise UserError(self.env._('Please choose what you send back, and no more than you have.'))
            self.env['customer.rma']._check_units(item, quantity)
        order = self.order_id
        partner = self._contact_of(order, self.email) or order.partner_id
        rma = self.env['customer.rma'].create({
            'kind': 'withdrawal', 'partner_id': partner.id, 'company_id': order.company_id.id,
            'description': self.goods, 'request_date': self.date,
            'line_ids': [
                Command.create({'move_id': move_id, 'quantity': quantity}) for move_id, quantity in quantities.items()]})
        rma._add_job('decide')
        rma._message_log(body=self.env._(
            '%(person)s (%(email)s) withdrew from the contract on the website: %(when)s.', person=self.person,
            email=self.email, when=self.when))
        self.rma_id = rma
        self._finish()
        self._send('return', withdrawal_url=f'{self.get_base_url()}{self._return_url()}')

    def _return_url(self):
        """Return the address of the return: with a share link for who has no login."""
        rma = self.rma_id
        if rma.partner_id.user_ids:
            return rma.access_url
        return f'{rma.access_url}?access_token={rma._portal_ensure_token()}'


def _digest(token):
    return hashlib.sha256(token.encode(errors='replace')).hexdigest()
