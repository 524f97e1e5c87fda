from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL, ormcache

from ..const import GROUP_AGENT, GROUP_SPECIALIST

#: models whose rows open something to somebody
GRANTS = ('customer.access', 'customer.administrator', 'customer.processor')


class CustomerAccessibleMixin(models.AbstractModel):
    """The access predicate: one boolean, the same answer for lists (search) and for checks (compute).

    It is asked by the user, never by ``env.su``. No id of a customer is sent over the wire, and none is in the text of
    a rule (rules are cached per user).
    """

    _name = 'customer.accessible.mixin'
    _description = 'Accessible by accesses and authorisations'

    #: model that stands for this one among the kinds of an access, if it is not itself
    _customer_kind = None

    customer_accessible = fields.Boolean(
        string='Accessible', compute='_compute_customer_accessible', search='_search_customer_accessible',
        help='Whether the current user may see this by his accesses and authorisations.')

    @api.model
    @ormcache()
    def _customer_accessible_models(self):
        """Return the names of all models with the predicate, as a sorted tuple."""
        mixin = self.env.registry['customer.accessible.mixin']
        return tuple(sorted(
            name for name, cls in self.env.registry.items() if issubclass(cls, mixin) and not cls._abstract))

    @api.model
    def _customer_restriction(self):
        """Tell how the current user is restricted, whatever ``env.su`` says.

        :return: ``'all'`` no restriction, ``'specialist'`` or ``'portal'`` by grants, ``'none'`` sees nothing
        """
        user = self.env.user
        if user._is_superuser():
            return 'all'
        if user._is_internal():
            restricted = user.has_group(GROUP_SPECIALIST) and not user.has_group(GROUP_AGENT)
            return 'specialist' if restricted else 'all'
        return 'portal' if user._is_portal() else 'none'

    @api.model
    def _search_customer_accessible(self, operator, value):
        if operator != 'in':
            return NotImplemented
        wanted = True in value
        if wanted and False in value:
            return Domain.TRUE
        restriction = self._customer_restriction()
        if restriction in ('all', 'none'):
            return Domain.TRUE if (restriction == 'all') == wanted else Domain.FALSE
        for name in GRANTS:
            self.env[name].flush_model()

        def to_sql(model, alias, query):
            accessible = self._customer_accessible_sql(
                restriction, lambda name: SQL.identifier(alias, name, to_flush=model._fields[name]))
            return accessible if wanted else SQL('%s IS NOT TRUE', accessible)

        return Domain.custom(to_sql=to_sql, predicate=lambda record: record.customer_accessible == wanted)

    @api.depends(lambda self: self._customer_accessible_depends())
    @api.depends_context('uid')
    def _compute_customer_accessible(self):
        restriction = self._customer_restriction()
        if restriction in ('all', 'none'):
            self.customer_accessible = restriction == 'all'
            return
        is_accessible = self._customer_accessible_check(restriction)
        for record in self:
            record.customer_accessible = is_accessible(record)

    @api.model
    def _customer_accessible_depends(self):
        """Return the names of the fields on which the predicate depends."""
        return tuple(name for name in ('commercial_partner_id', 'partner_id') if name in self._fields)

    @api.model
    def _customer_accessible_sql(self, restriction, column):
        """Return the predicate as SQL.

        :param str restriction: ``'specialist'`` or ``'portal'``
        :param column: function from the name of a stored field to its column (SQL)
        """
        owner = column('commercial_partner_id')
        if restriction == 'specialist':
            return SQL(
                '(%s = ANY(%s) OR %s = ANY(ARRAY(SELECT res_id FROM customer_processor'
                ' WHERE user_id = %s AND res_model = %s AND %s)))',
                owner, self._administered_sql(), column('id'), self.env.uid, self._name, self._period_sql())
        return SQL(
            "(%s = ANY(ARRAY(SELECT customer_id FROM customer_access access WHERE user_id = %s AND state = 'activated'"
            " AND (scope = 'all' OR scope = 'kinds' AND EXISTS(SELECT FROM customer_access_kind_rel kind"
            ' WHERE kind.access_id = access.id AND kind.model_id = %s))))'
            ' OR (%s = %s AND %s = ANY(ARRAY(SELECT customer_id FROM customer_access'
            " WHERE user_id = %s AND state = 'activated' AND scope = 'own'))))",
            owner, self.env.uid, self.env['ir.model']._get_id(self._customer_kind or self._name),
            column('partner_id'), self.env.user.partner_id.id, owner, self.env.uid)

    def _customer_accessible_check(self, restriction):
        """Return a function that tells of each record in ``self`` whether the user may see it (few queries for all).

        :param str restriction: ``'specialist'`` or ``'portal'``
        """
        customers, own_customers, ids = self._read_customer_grants(restriction)
        me = self.env.user.partner_id

        def is_accessible(record):
            # sudo: the owner decides whether the user may see the record at all
            owner = record.sudo().commercial_partner_id.id
            return (owner in customers or record._origin.id in ids
                    or (owner in own_customers and record.sudo().partner_id == me))

        return is_accessible

    def _read_customer_grants(self, restriction):
        """Read the grants of the current user that concern the records in ``self``, in at most two queries.

        :return: ``(customers fully open, customers open for own documents, ids of records open)`` as sets of ids
        """
        owners = self.sudo().commercial_partner_id.ids
        mine = Domain('user_id', '=', self.env.uid)
        # sudo: the user's own grants decide, he need not be able to read the tables
        if restriction == 'portal':
            accesses = self.env['customer.access'].sudo().search_fetch(
                mine & Domain('state', '=', 'activated') & Domain('customer_id', 'in', owners), ['customer_id', 'scope'])
            kind = self.env['ir.model']._get_id(self._customer_kind or self._name)
            full = accesses.filtered(
                lambda access: access.scope == 'all' or (access.scope == 'kinds' and kind in access.kind_ids.ids))
            own = accesses.filtered(lambda access: access.scope == 'own')
            return set(full.customer_id.ids), set(own.customer_id.ids), set()
        mine &= self._period_domain()
        administrated = self.env['customer.administrator'].sudo().search_fetch(
            mine & Domain('customer_id', 'in', owners), ['customer_id'])
        processed = self.env['customer.processor'].sudo().search_fetch(
            mine & Domain('res_model', '=', self._name) & Domain('res_id', 'in', self._origin.ids), ['res_id'])
        return set(administrated.customer_id.ids), set(), set(processed.mapped('res_id'))

    # ------------------------------------------------------------------
    # Pieces of the predicate
    # ------------------------------------------------------------------

    @api.model
    def _period_domain(self):
        """Return the domain of authorisations that hold today."""
        today = fields.Date.context_today(self)
        return (Domain('date_start', '=', False) | Domain('date_start', '<=', today)) & (
            Domain('date_end', '=', False) | Domain('date_end', '>=', today))

    @api.model
    def _period_sql(self):
        """Return :meth:`_period_domain` as SQL."""
        today = fields.Date.context_today(self)
        return SQL('(date_start IS NULL OR date_start <= %s) AND (date_end IS NULL OR date_end >= %s)', today, today)

    @api.model
    def _administered_sql(self):
        """Return the array of the customers that the current user administers today, as SQL."""
        return SQL(
            'ARRAY(SELECT customer_id FROM customer_administrator WHERE user_id = %s AND %s)',
            self.env.uid, self._period_sql())
