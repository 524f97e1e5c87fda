from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL, email_normalize

from odoo.addons.phone_validation.tools import phone_validation

from ..const import GROUP_SPECIALIST
from .customer_access import STATES

#: digits of a national number without which it is too short to be searched for
MIN_DIGITS = 5
#: how the overview shows the states of accesses: ``state: icon``
STATE_ICONS = {
    'draft': 'fa-pencil', 'invited': 'fa-envelope-o', 'activated': 'fa-check', 'blocked': 'fa-lock',
    'revoked': 'fa-ban', 'expired': 'fa-clock-o'}


class ResPartner(models.Model):
    """What the overview of customers shows and finds; every column costs a constant number of queries."""

    _inherit = 'res.partner'

    phone_sanitized = fields.Char(index='trigram')
    customer_company = fields.Char(
        string='Company / department', compute='_compute_customer_company', search='_search_customer_company',
        help='The company that a department belongs to, or where a person works.')
    customer_administrator_user_ids = fields.Many2many(
        'res.users', string='Administrators', compute='_compute_customer_administrator_user_ids',
        groups=GROUP_SPECIALIST)
    customer_access_statistics = fields.Json(
        string='States of accesses', compute='_compute_customer_access_statistics', groups=GROUP_SPECIALIST)
    customer_open_statistics = fields.Json(
        string='Open transactions', compute='_compute_customer_open_statistics', groups=GROUP_SPECIALIST)
    customer_has_open = fields.Boolean(
        string='Has open transactions', compute='_compute_customer_open_statistics',
        search='_search_customer_has_open', groups=GROUP_SPECIALIST)
    customer_open_kind = fields.Char(
        string='Kind of open transactions', compute='_compute_customer_open_statistics',
        search='_search_customer_open_kind', groups=GROUP_SPECIALIST)
    customer_find_phone = fields.Char(
        string='Phone in any format', store=False, search='_search_customer_find_phone', groups=GROUP_SPECIALIST)
    customer_find_email = fields.Char(
        string='E-mail in any spelling', store=False, search='_search_customer_find_email', groups=GROUP_SPECIALIST)
    customer_authorisation_count = fields.Integer(
        string='Authorisations', compute='_compute_customer_authorisation_count', groups=GROUP_SPECIALIST)

    # ------------------------------------------------------------------
    # Columns
    # ------------------------------------------------------------------

    @api.depends('parent_id.name', 'company_name')
    def _compute_customer_company(self):
        for partner in self:
            partner.customer_company = partner.parent_id.name or partner.company_name

    @api.model
    def _search_customer_company(self, operator, value):
        if operator in Domain.NEGATIVE_OPERATORS:
            return NotImplemented
        return Domain('parent_id.name', operator, value) | Domain('company_name', operator, value)

    @api.depends(
        'customer_administrator_ids.user_id', 'customer_administrator_ids.date_start',
        'customer_administrator_ids.date_end')
    def _compute_customer_administrator_user_ids(self):
        today = fields.Date.context_today(self)
        for partner in self:
            partner.customer_administrator_user_ids = partner.customer_administrator_ids.filtered(
                lambda right: (not right.date_start or right.date_start <= today)
                and (not right.date_end or right.date_end >= today)).user_id

    @api.depends('customer_access_ids.state')
    @api.depends_context('lang')
    def _compute_customer_access_statistics(self):
        # sudo: counts only, of customers that the user may read
        groups = self.env['customer.access'].sudo()._read_group(
            [('customer_id', 'in', self._origin.ids)], ['customer_id', 'state'], ['__count'])
        counts = {(customer.id, state): count for customer, state, count in groups}
        labels = dict(self.env['customer.access']._fields['state']._description_selection(self.env))
        for partner in self:
            partner.customer_access_statistics = [
                {'iconClass': STATE_ICONS[state], 'label': labels[state], 'value': counts[partner._origin.id, state]}
                for state, _label in STATES if (partner._origin.id, state) in counts]

    @api.depends_context('uid', 'lang', 'allowed_company_ids')
    def _compute_customer_open_statistics(self):
        counts = self._customer_transaction_counts()
        for partner in self:
            statistics = [
                {'model': model._name, 'iconClass': model._customer_icon, 'label': model._description_of_kind(),
                 'value': counts[model._name].get(partner._origin.id, 0)}
                for model in self._customer_kinds()]
            partner.customer_open_statistics = statistics
            partner.customer_has_open = any(kind['value'] for kind in statistics)
            partner.customer_open_kind = ', '.join(kind['label'] for kind in statistics if kind['value'])

    def _customer_transaction_counts(self):
        """Count the open transactions of the customers in ``self``, in one query a kind.

        :return: ``{name of the model: {id of the customer: number}}``, as far as the user may see them
        """
        return {
            model._name: {customer.id: count for customer, count in model._read_group(
                Domain('commercial_partner_id', 'in', self._origin.ids) & Domain(model._customer_open_domain),
                ['commercial_partner_id'], ['__count'])}
            for model in self._customer_kinds()}

    @api.model
    def _customer_kinds(self):
        """Return the models of all kinds of transactions that the user may read."""
        kinds = (self.env[name] for name in self.env['customer.transaction.mixin']._customer_document_models())
        return [model for model in kinds if model.has_access('read')]

    def _compute_customer_authorisation_count(self):
        counts = dict(self.env['customer.authorisation']._read_group(
            [('customer_id', 'in', self._origin.ids)], ['customer_id'], ['__count']))
        for partner in self:
            partner.customer_authorisation_count = counts.get(partner._origin, 0)

    # ------------------------------------------------------------------
    # Search
    # ------------------------------------------------------------------

    @api.model
    def _open_transactions_domain(self, kinds):
        """Return the domain of the customers with an open transaction of one of the kinds (models)."""
        return Domain.OR(
            Domain('id', 'in', model._search(
                Domain('commercial_partner_id', '!=', False) & Domain(model._customer_open_domain)).subselect(
                SQL.identifier(model._table, 'commercial_partner_id')))
            for model in kinds)

    @api.model
    def _search_customer_has_open(self, operator, value):
        if operator != 'in':
            return NotImplemented
        if True in value and False in value:
            return Domain.TRUE
        domain = self._open_transactions_domain(self._customer_kinds())
        return domain if True in value else ~domain

    @api.model
    def _search_customer_open_kind(self, operator, value):
        if operator in Domain.NEGATIVE_OPERATORS:
            return NotImplemented
        texts = [value] if isinstance(value, str) else [text for text in value if text]
        return self._open_transactions_domain([
            model for model in self._customer_kinds()
            if any(text.lower() in model._description_of_kind().lower() for text in texts)])

    @api.model
    def _search_customer_find_email(self, operator, value):
        """Find customers by their own address or that of a contact or end user, in any spelling."""
        if operator in Domain.NEGATIVE_OPERATORS:
            return NotImplemented
        texts = [value] if isinstance(value, str) else [text for text in value if text]
        found = Domain.OR(
            Domain('email_normalized', operator if isinstance(value, str) else '=',
                   email_normalize(text) or text.strip().lower())
            for text in texts)
        return self._with_customer_of(found)

    @api.model
    def _search_customer_find_phone(self, operator, value):
        """Find customers by their own number or that of a contact: ``030 1234567`` is ``+49 30 1234567``."""
        if operator in Domain.NEGATIVE_OPERATORS:
            return NotImplemented
        texts = [value] if isinstance(value, str) else [text for text in value if text]
        return self._with_customer_of(Domain.OR(self._phone_domain(text) for text in texts))

    @api.model
    def _phone_domain(self, text):
        """Return the domain of partners with this number, or with a number that contains these digits.

        :param str text: what somebody typed; a number in any national or international notation
        """
        text = text.strip()
        codes = {country.code for country in self.env.companies.country_id | self.env.user.country_id} | {None}
        numbers = {
            number for number in (
                phone_validation.phone_format(text, code, None, force_format='E164', raise_exception=False)
                for code in codes) if number.startswith('+')}
        domain = Domain('phone_sanitized', 'in', sorted(numbers))
        digits = ''.join(filter(str.isdigit, text))
        digits = digits[2:] if digits.startswith('00') else digits.lstrip('0')
        if len(digits) >= MIN_DIGITS:
            domain |= Domain('phone_sanitized', 'like', digits)
        return domain

    @api.model
    def _with_customer_of(self, domain):
        """Return the domain of partners that fulfil ``domain`` themselves or by one of their contacts."""
        return domain | Domain('child_ids', 'any', domain)

    # ------------------------------------------------------------------
    # Actions
    # ------------------------------------------------------------------

    def action_open_customer_documents(self):
        """Open the list of one kind of transactions of the customer, the open ones first.

        The kind comes with the context (``customer_document_model``) and is looked up among the kinds.
        """
        self.ensure_one()
        name = self.env.context.get('customer_document_model')
        model = next((model for model in self._customer_kinds() if model._name == name), None)
        if model is None:
            return False
        return {
            'type': 'ir.actions.act_window',
            'name': model._description_of_kind(),
            'res_model': name,
            'view_mode': 'list,form',
            'views': [(False, 'list'), (False, 'form')],
            'domain': [('commercial_partner_id', '=', self.id)],
            'context': {'default_partner_id': self.id, 'search_default_filter_open': 1},
        }

    def action_explain_access(self):
        """Open "Who can see this, and why" for the customer (managers)."""
        self.ensure_one()
        return self.env['customer.explanation']._action(self)

    def action_open_authorisations(self):
        """Open the page "Authorisations" of the customer."""
        self.ensure_one()
        action = self.env['ir.actions.act_window']._for_xml_id('customer_services.customer_authorisation_action')
        return dict(
            action, display_name=self.env._('Authorisations of %s', self.name),
            domain=[('customer_id', '=', self.id)],
            context={'default_customer_id': self.id, 'search_default_group_kind': 1})
