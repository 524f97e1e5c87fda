"""What programs call: a ticket with its files in one call, answers, closing; and clear messages for wrong values."""
import base64
import binascii
import xmlrpc.client
from collections.abc import Mapping

from odoo import api, models
from odoo.api import NewId
from odoo.exceptions import AccessError, UserError
from odoo.models import BaseModel
from odoo.tools import plaintext2html

from odoo.addons.customer_services.portal_list import clean_text

from ..const import DONE_STATES, FILES_KEY, MAX_TEXT

MAX_ID = 2**31 - 1  # of PostgreSQL's integer
#: longest one-time key of a program
MAX_KEY = 64
#: fields that staff may give beside those of customers
STAFF_FIELDS = frozenset({'partner_id', 'user_id'})


def _is_date(field, value):
    try:
        field.convert_to_cache(value, None)
    except (TypeError, ValueError):
        return False
    return True


def _is_number(value):
    return isinstance(value, (int, float)) and not isinstance(value, bool)


#: whether a value fits a field of this type; types that are not listed are left to Odoo
FITS = {
    **dict.fromkeys(('char', 'text', 'html'), lambda field, value: isinstance(value, str)),
    **dict.fromkeys(('integer', 'float', 'monetary'), lambda field, value: _is_number(value)),
    **dict.fromkeys(('date', 'datetime'), _is_date),
    **dict.fromkeys(('one2many', 'many2many'), lambda field, value: isinstance(value, (list, tuple, BaseModel))),
    'many2one': lambda field, value: isinstance(value, (BaseModel, NewId)) or (
        _is_number(value) and 0 <= value <= MAX_ID and value == int(value)),
}


class CustomerTicket(models.Model):
    _inherit = 'customer.ticket'

    # ------------------------------------------------------------------
    # Wrong values
    # ------------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        """Create tickets; values that do not fit are named in a message that a program can show."""
        for vals in vals_list:
            self._check_values(vals)
        return super().create(vals_list)

    def write(self, vals):
        """Change tickets; values that do not fit are named in a message that a program can show."""
        self._check_values(vals)
        return super().write(vals)

    @api.model
    def _check_values(self, vals):
        """Refuse what no field can hold: Odoo would answer a program with a traceback, or cut a text silently.

        :raises UserError: that names field and value
        """
        if not isinstance(vals, Mapping):
            raise UserError(self.env._('The values of a ticket are a dictionary from the names of fields to their values.'))
        for name, value in vals.items():
            field = self._fields.get(name)
            if field is None:
                raise UserError(self.env._('Tickets have no field “%s”.', str(name)[:100]))
            if value is None or value is False:
                continue
            label = field._description_string(self.env)
            fits = value in field.get_values(self.env) if field.type == 'selection' else (
                field.type not in FITS or FITS[field.type](field, value))
            if not fits:
                raise UserError(self.env._(
                    '“%(value)s” is no value for the field “%(field)s”.', value=str(value)[:100], field=label))
            if field.type == 'char' and field.size and len(value.strip()) > field.size:
                raise UserError(self.env._(
                    'The field “%(field)s” takes at most %(size)s characters.', field=label, size=field.size))

    # ------------------------------------------------------------------
    # Calls of programs
    # ------------------------------------------------------------------

    @api.model
    def submit(self, values, files=None, key=''):
        """Open a ticket as the form of the portal does: for the customer who calls, or by staff for a customer.

        :param dict values: ``name`` and ``description`` (plain text); optional ``team_id``, ``type_id``, ``priority``; of
            staff also ``partner_id``, who asks, and ``user_id``
        :param list files: dicts with ``name`` and ``content`` (base64)
        :param str key: any text that is new for each ticket; a second call with it returns the ticket of the first one
        :return: dict with ``id``, ``number``, ``state`` and ``url``
        :raises UserError: that says what is wrong
        :raises AccessError: for what the caller may not do
        """
        values = self._check_api_values(values)
        submission_sudo, is_first = None, True
        if key:
            if not isinstance(key, str) or len(key) > MAX_KEY:
                raise UserError(self.env._('The key is a text of at most %s characters.', MAX_KEY))
            submission_sudo, is_first = self.env['customer.submission']._claim(f'api:{key}')
        if is_first:
            Ticket = self.with_context({**self.env.context, FILES_KEY: self._read_files(files)})
            is_customer = self._customer_restriction() == 'portal'
            create = Ticket._create_from_customer if is_customer else Ticket._create_from_staff
            ticket = create(values).with_env(self.env)
            if submission_sudo:
                submission_sudo.write({'res_model': ticket._name, 'res_id': ticket.id})
        else:
            ticket = self.browse(submission_sudo.res_id)
            ticket.check_access('read')
        return {'id': ticket.id, 'number': ticket.number, 'state': ticket.state,
                'url': ticket.get_base_url() + ticket.access_url}

    @api.model
    def _check_api_values(self, values):
        """Return the values of :meth:`submit`; those that do not fit are refused before anything else is done."""
        self._check_values(values)
        if len(str(values.get('description') or '')) > MAX_TEXT:
            raise UserError(self.env._('The text is too long: at most %s characters.', MAX_TEXT))
        return dict(values)

    @api.model
    def _create_from_staff(self, values):
        """Create a ticket that a program enters for a customer, with the rights of its account.

        :raises UserError: for other fields than those of :meth:`submit`, or without a requester
        """
        self.check_access('create')
        if foreign := sorted(set(values) - self._customer_fields - STAFF_FIELDS):
            raise UserError(self.env._('These fields cannot be set here: %s', ', '.join(foreign)))
        if not values.get('partner_id'):
            raise UserError(self.env._('A ticket needs a requester: give partner_id.'))
        text = clean_text(values.pop('description', '') or '').strip()
        return self.create({**values, **({'description': plaintext2html(text)} if text else {})})

    def reply(self, body, files=None, internal=False):
        """Write on a ticket, publicly or, as staff, internally; the text is plain.

        :param list files: as of :meth:`submit`
        :return: id of the message
        :raises UserError: that says what is wrong
        :raises AccessError: for what the caller may not do
        """
        self.ensure_one()
        is_customer = self._customer_restriction() == 'portal'
        self.check_access('read' if is_customer else 'write')
        if not isinstance(body, str) or len(body) > MAX_TEXT:
            raise UserError(self.env._('The body is a text of at most %s characters.', MAX_TEXT))
        if is_customer and internal:
            raise AccessError(self.env._('Only staff write internal notes.'))
        files = self._read_files(files)
        if is_customer:
            return self._post_as_customer(body, files).id
        text = clean_text(body).strip()
        if not text and not files:
            raise UserError(self.env._('An answer needs a text or a file.'))
        return self.message_post(
            body=plaintext2html(text) if text else '', attachments=files, message_type='comment',
            subtype_xmlid='mail.mt_note' if internal else 'mail.mt_comment').id

    def close(self):
        """Close a ticket, as the customer or as staff; a closed one stays as it is."""
        self.ensure_one()
        if self._customer_restriction() == 'portal':
            self._close_by_customer()
        else:
            self.check_access('write')
            self._transition(('new', 'open', 'waiting', 'cancelled'), 'closed')
        return True

    def reopen(self):
        """Open a closed ticket again, as the customer or as staff; an open one stays as it is."""
        self.ensure_one()
        if self._customer_restriction() == 'portal':
            self._reopen_by_customer()
        elif self.is_closed:
            self.check_access('write')
            self._transition(DONE_STATES, 'open')
        return True

    def _post_as_customer(self, body, attachments=None):
        """Take as much text by RPC as by the form of the portal."""
        if isinstance(body, str) and len(body) > MAX_TEXT:
            raise UserError(self.env._('The text is too long: at most %s characters.', MAX_TEXT))
        return super()._post_as_customer(body, attachments)

    @api.model
    def _read_files(self, files):
        """Return the files of a program as ``[(name, bytes), ...]``, checked against the limits for uploads.

        :raises UserError: for what is no file, or one that is not allowed
        """
        try:
            read = [(file['name'], file['content'].data if isinstance(file['content'], xmlrpc.client.Binary)
                     else base64.b64decode(file['content'], validate=True)) for file in files or []]
        except (AttributeError, KeyError, TypeError, ValueError, binascii.Error):
            raise UserError(self.env._(
                'Files are a list of dictionaries with “name” and “content”, the content in base64.')) from None
        return self.env['customer.upload']._check(read)
