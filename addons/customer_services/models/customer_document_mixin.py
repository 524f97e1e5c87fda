from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import SQL, plaintext2html

from ..const import CUSTOMER_KEY
from ..portal_list import clean_text

#: key of the context with the customer of a new document, a record: no RPC can send it
OWNER_KEY = 'customer_services_owner'


class CustomerDocumentMixin(models.AbstractModel):
    """A business transaction of a customer: its owner, who may see it, how it is created, how its state moves.

    Record rules are not inherited through a mixin: each model repeats ``<model>_rule_customer`` and
    ``<model>_rule_company``; the conformance tests prove it.
    """

    _name = 'customer.document.mixin'
    _description = 'Document of a customer'
    _inherit = ['customer.transaction.mixin', 'customer.state.mixin', 'portal.mixin', 'mail.thread', 'mail.activity.mixin']

    #: address of the list in the portal, for example ``/my/tickets``
    _portal_url = '/my'
    #: names of the fields that a customer may give when he creates a document
    _customer_fields = frozenset()

    partner_id = fields.Many2one('res.partner', string='Requester', index=True, tracking=True)
    commercial_partner_id = fields.Many2one(
        'res.partner', string='Customer', compute='_compute_commercial_partner_id', store=True, index=True,
        precompute=True,
        help='The customer who owns the document. It stays when the requester changes employer later.')
    company_id = fields.Many2one(
        'res.company', string='Company', required=True, index=True, default=lambda self: self.env.company)
    # Odoo searches the messages of a record without asking for rights on them: a customer could find out word by word
    # what stands in internal notes
    message_ids = fields.One2many(bypass_search_access=False)
    website_message_ids = fields.One2many(bypass_search_access=False)

    # ------------------------------------------------------------------
    # Owner
    # ------------------------------------------------------------------

    @api.depends('partner_id')
    def _compute_commercial_partner_id(self):
        """Take the customer of the requester; who serves several customers may be asking for another one.

        That one comes in the context as a record, which no RPC can send.
        """
        given = self.env.context.get(OWNER_KEY)
        for document in self:
            is_new_for_another = isinstance(given, models.BaseModel) and not document._origin
            document.commercial_partner_id = given if is_new_for_another else document.partner_id.commercial_partner_id

    def _compute_access_url(self):
        super()._compute_access_url()
        for document in self:
            document.access_url = f'{self._portal_url}/{document.id}'

    # ------------------------------------------------------------------
    # CRUD
    # ------------------------------------------------------------------

    @api.model
    def _create_from_customer(self, values):
        """Create a document for the portal user who asks for it: the one entry for every channel of customers.

        :param dict values: only names in ``_customer_fields``; the owner, the company and all the rest are not his
        :return: the document, with the rights of the user
        :raises AccessError: if he has no access to a customer, or gives a field that is not his
        :raises UserError: by :meth:`_prepare_customer_values`, for values that are wrong
        """
        user = self.env.user
        if self._customer_restriction() != 'portal':
            raise AccessError(self.env._('Only customers can do this in the portal.'))
        foreign = sorted(set(values) - self._customer_fields)
        if foreign:
            raise AccessError(self.env._('These fields cannot be set in the portal: %s', ', '.join(foreign)))
        customer = self.env['customer.document.mixin']._customer_of_creation()
        values = self.with_context(**{OWNER_KEY: customer})._prepare_customer_values({
            name: clean_text(value) if isinstance(value, str) else value for name, value in values.items()})
        values.update(partner_id=user.partner_id.id, company_id=user.company_id.id)
        # sudo: the user's own accesses; the fields were picked from the whitelist, the owner is one of his customers
        self_sudo = self.sudo().with_company(user.company_id)
        if customer == user.partner_id.commercial_partner_id:
            return self_sudo.create(values).sudo(False)
        document_sudo = self_sudo.with_context(**{OWNER_KEY: customer}).create(values)
        return document_sudo.with_context(**{OWNER_KEY: None}).sudo(False)

    @api.model
    def _customer_of_creation(self):
        """Return the customer for whom the portal user creates something: the one that he chose, else his own.

        The choice comes in the context (:data:`CUSTOMER_KEY`, an id) and counts among his accesses only.

        :raises AccessError: without an activated access
        """
        given = self.env.context.get(OWNER_KEY)
        if isinstance(given, models.BaseModel):  # it was looked up already, see _create_from_customer
            return given
        customers = self.env['customer.access']._my_accesses().customer_id
        if not customers:
            raise AccessError(self.env._('You have no access to this customer.'))
        chosen, own = self.env.context.get(CUSTOMER_KEY), self.env.user.partner_id.commercial_partner_id
        return customers.sorted(lambda customer: (customer.id != chosen, customer != own, customer.id))[0]

    @api.model
    def _check_customer_may_create(self, partner):
        """Refuse a user whose access to the customer of his contact was withdrawn.

        :param partner: the user's ``res.partner``
        :raises AccessError: if he has no active access to ``partner``'s customer
        """
        if partner.commercial_partner_id not in self.env['customer.access']._my_accesses().customer_id:
            raise AccessError(self.env._('You have no access to this customer.'))

    @api.model
    def _prepare_customer_values(self, values):
        """Hook: check and complete what a customer entered.

        :param dict values: whitelisted values, texts cleaned of control characters
        :return: values for ``create``
        :raises UserError: with a message for the customer
        """
        return values

    @api.model
    def _numbers_of(self, code, count):
        """Take numbers from a sequence, in one query where it is a plain one; the company's own comes first.

        :param str code: of the sequence
        :param int count: how many
        :return: list of texts, of False where there is no such sequence
        """
        # sudo: every document needs a number, whoever creates it
        Sequence = self.env['ir.sequence'].sudo()
        Sequence.flush_model()
        rows = self.env.execute_query(SQL("""
            SELECT prefix, suffix, padding, nextval(
                       ('ir_sequence_' || lpad(id::text, greatest(3, length(id::text)), '0'))::regclass)
              FROM (SELECT * FROM ir_sequence WHERE code = %s AND active AND (company_id = %s OR company_id IS NULL)
                     ORDER BY company_id LIMIT 1) s, generate_series(1, %s)
             WHERE implementation = 'standard' AND use_date_range IS NOT TRUE""", code, self.env.company.id, count))
        if not rows:
            return [Sequence.next_by_code(code) for _number in range(count)]
        prefix, suffix, padding, _number = rows[0]
        pattern = Sequence.new({'prefix': prefix, 'suffix': suffix, 'padding': padding})
        return [pattern.get_next_char(row[-1]) for row in rows]

    # ------------------------------------------------------------------
    # Messages
    # ------------------------------------------------------------------

    def message_post(self, **kwargs):
        """Post a message; what customers may give is narrowed to text and files.

        A portal user who may read the document answers as himself, publicly; author, recipients, kind and date
        are not his to choose (RPC passes no controller).

        :raises AccessError: for a portal user who may not read the document
        """
        self.ensure_one()
        user = self.env.user
        if self.env.su or not user.share:
            return super().message_post(**kwargs)
        self.check_access('read')
        return self._post_as_customer(kwargs.get('body') or '', kwargs.get('attachments'))

    def _post_as_customer(self, body, attachments=None):
        """Post a public message of the current user.

        :param str body: text, or markup that the field will sanitize
        :param attachments: list of ``(name, bytes)`` or None, checked against the limits for uploads
        :return: the ``mail.message`` in the environment of ``self``
        :raises UserError: for files that are not allowed, or if there is neither text nor file
        """
        files = self.env['customer.upload']._check(attachments or [])
        if not isinstance(body, str) or not files and not body.strip():
            raise UserError(self.env._('Please write a message or choose a file.'))
        if not isinstance(body, Markup):
            body = plaintext2html(clean_text(body).strip()) if body.strip() else ''
        # sudo: customers have read access only; document, author and kind are fixed here
        message = self.sudo().with_context(mail_post_autofollow=False).message_post(
            body=body, attachments=files, author_id=self.env.user.partner_id.id,
            message_type='comment', subtype_xmlid='mail.mt_comment')
        return message.sudo(self.env.su)

    @api.model
    def _get_thread_with_access(self, thread_id, *, mode='read', **kwargs):
        """Share tokens open a document for reading only: a forwarded link must not speak for the customer."""
        if mode != 'read':
            kwargs = {}
        return super()._get_thread_with_access(thread_id, mode=mode, **kwargs)
