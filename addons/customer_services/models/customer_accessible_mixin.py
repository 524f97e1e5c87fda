import time

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL, ormcache

from ..const import GROUP_AGENT, GROUP_SPECIALIST

#: models whose rows open something to somebody
GRANTS = ('customer.access', 'customer.administrator', 'customer.processor')
#: customers of one specialist up to which each is looked up in the index of the owners; of more, a page of a list
#: is compared with a hash of them
FEW_CUSTOMERS = 1000
#: seconds for which the choice between the two is remembered; both find the same, one is quicker
CHOICE_SECONDS = 3600
#: key of the context while a page of an ordered list is searched
PAGE_KEY = 'customer_services_page'


class CustomerAccessibleMixin(models.AbstractModel):
    """The access predicate: one boolean, the same answer for lists (search) and for checks (compute).

    It is asked by the user, never by ``env.su``. No id of a customer is sent over the wire, and none is in the text of
    a rule (rules are cached per user).
    """

    _name = 'customer.accessible.mixin'
    _description = 'Accessible by accesses and authorisations'

    #: what a specialist sees of documents that belong to no customer: ``'hidden'`` nothing, ``'own'`` those that he
    #: created or is responsible for (``user_id``), ``'internal'`` all
    _customer_ownerless = 'hidden'
    #: many2one fields to documents on which this one hangs: who processes such a document sees this one too, and who
    #: requested it sees this one in the scope *own*; over several steps, but never in a circle
    _customer_origin_fields = ()
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
            def column(name):
                return SQL.identifier(alias, name, to_flush=model._fields[name])

            accessible = self._customer_accessible_sql(restriction, column)
            if derived := self._customer_derived_sql(restriction, column):
                accessible = SQL('(%s OR %s)', accessible, derived)
            return accessible if wanted else SQL('%s IS NOT TRUE', accessible)

        return Domain.custom(to_sql=to_sql, predicate=lambda record: record.customer_accessible == wanted)

    @api.model
    def _search(self, domain, offset=0, limit=None, order=None, **kwargs):
        """Let the predicate know whether a page of an ordered list is wanted, see :meth:`_is_administered_sql`."""
        is_page, model = bool(limit and order), self
        if is_page != bool(self.env.context.get(PAGE_KEY)):
            model = self.with_context(**{PAGE_KEY: is_page})
        return super(CustomerAccessibleMixin, model)._search(domain, offset, limit, order, **kwargs)

    @api.depends(lambda self: self._customer_accessible_depends())
    @api.depends_context('uid')
    def _compute_customer_accessible(self):
        restriction = self._customer_restriction()
        if restriction in ('all', 'none'):
            self.customer_accessible = restriction == 'all'
            return
        is_accessible = self._customer_accessible_check(restriction)
        granted = {record.id for record in self if is_accessible(record)}
        derived = self.filtered(lambda record: record.id not in granted)._customer_derived_ids(restriction)
        for record in self:
            record.customer_accessible = record.id in granted or record._origin.id in derived

    @api.model
    def _customer_accessible_depends(self):
        """Return the names of the fields on which the predicate depends."""
        names = ['commercial_partner_id', 'partner_id', *self._customer_origin_fields]
        if self._customer_ownerless == 'own':
            names.append('user_id')
        return (*(name for name in names if name in self._fields), *(
            f'{origin}.{name}' for origin in self._customer_origin_fields
            for name in ('commercial_partner_id', 'partner_id')))

    @api.model
    def _customer_accessible_sql(self, restriction, column):
        """Return the predicate as SQL.

        :param str restriction: ``'specialist'`` or ``'portal'``
        :param column: function from the name of a stored field to its column (SQL)
        """
        owner = column('commercial_partner_id')
        single = self._customer_single_sql(restriction, column)
        if restriction == 'specialist':
            return SQL('(%s)', SQL(' OR ').join([
                self._is_administered_sql(owner), single, *self._customer_ownerless_sql(column)]))
        return SQL(
            "(%s = ANY(ARRAY(SELECT customer_id FROM customer_access access WHERE user_id = %s AND state = 'activated'"
            " AND (scope = 'all' OR scope = 'kinds' AND EXISTS(SELECT FROM customer_access_kind_rel kind"
            ' WHERE kind.access_id = access.id AND kind.model_id = %s)))) OR %s)',
            owner, self.env.uid, self.env['ir.model']._get_id(self._customer_kind or self._name), single)

    @api.model
    def _customer_single_sql(self, restriction, column):
        """Return as SQL whether a grant on the single document opens it, or on one of the documents that it hangs on.

        For specialists this is the right of a processor, for customers the scope *own*.
        """
        if restriction == 'specialist':
            opened = SQL(
                '%s = ANY(ARRAY(SELECT res_id FROM customer_processor WHERE user_id = %s AND res_model = %s AND %s))',
                column('id'), self.env.uid, self._name, self._period_sql())
        else:
            opened = SQL(
                '(%s = %s AND %s = ANY(ARRAY(SELECT customer_id FROM customer_access'
                " WHERE user_id = %s AND state = 'activated' AND scope = 'own')))",
                column('partner_id'), self.env.user.partner_id.id, column('commercial_partner_id'), self.env.uid)
        ways = [opened]
        for name in self._customer_origin_fields:
            origin = self.env[self._fields[name].comodel_name]
            alias = f'{origin._table}__origin'
            origin_sql = origin._customer_single_sql(restriction, lambda field, origin=origin, alias=alias: SQL.identifier(
                alias, field, to_flush=origin._fields[field]))
            ways.append(SQL(
                '%s = ANY(ARRAY(SELECT id FROM %s AS %s WHERE %s))', column(name), SQL.identifier(origin._table),
                SQL.identifier(alias), origin_sql))
        return SQL('(%s)', SQL(' OR ').join(ways))

    @api.model
    def _customer_derived_sql(self, restriction, column):
        """Hook: return as SQL what opens a record beside the grants on its owner and its origins, or None.

        For what hangs on other documents over relations (an invoice on its orders). It is asked for searches and, with
        the ids, for checks, so both agree.

        :param str restriction: ``'specialist'`` or ``'portal'``
        :param column: function from the name of a stored field to its column (SQL)
        """
        return None

    def _customer_derived_ids(self, restriction):
        """Return the set of the ids in ``self`` that :meth:`_customer_derived_sql` opens, in one query."""
        ids = self._origin.ids
        derived = ids and self._customer_derived_sql(
            restriction, lambda name: SQL.identifier(self._table, name, to_flush=self._fields[name]))
        if not derived:
            return set()
        return {row[0] for row in self.env.execute_query(SQL(
            'SELECT id FROM %s WHERE id = ANY(%s) AND %s', SQL.identifier(self._table), ids, derived))}

    @api.model
    def _customer_ownerless_sql(self, column):
        """Return as list of SQL what opens documents without customer to a specialist."""
        if self._customer_ownerless == 'internal':
            return [SQL('%s IS NULL', column('commercial_partner_id'))]
        if self._customer_ownerless == 'own':
            return [SQL('(%s IS NULL AND %s IN (%s))', column('commercial_partner_id'), self.env.uid, SQL(', ').join(
                column(name) for name in ('create_uid', 'user_id') if name in self._fields))]
        return []

    def _customer_accessible_check(self, restriction):
        """Return a function that tells of each record in ``self`` whether the user may see it (few queries for all).

        :param str restriction: ``'specialist'`` or ``'portal'``
        """
        customers, own_customers, ids = self._read_customer_grants(restriction)
        me = self.env.user.partner_id
        # sudo: the documents on which these hang decide, whether or not the user may see them
        opened = {name: set(self.sudo()[name].sudo(False)._customer_singly_opened(restriction).ids)
                  for name in self._customer_origin_fields}

        def is_accessible(record):
            # sudo: the owner decides whether the user may see the record at all
            record_sudo = record.sudo()
            owner = record_sudo.commercial_partner_id.id
            return (owner in customers or record._origin.id in ids
                    or (owner in own_customers and record_sudo.partner_id == me)
                    or any(record_sudo[name]._origin.id in opened[name] for name in opened)
                    or (not owner and restriction == 'specialist' and record._customer_ownerless_open()))

        return is_accessible

    def _customer_singly_opened(self, restriction):
        """Return those in ``self`` that a grant on the single document opens, as :meth:`_customer_single_sql`."""
        _customers, own_customers, ids = self._read_customer_grants(restriction)
        me, opened = self.env.user.partner_id, set(ids)
        for record in self.sudo():  # sudo: owner and requester decide whether the user may see the record
            if record.commercial_partner_id.id in own_customers and record.partner_id == me:
                opened.add(record.id)
        for name in self._customer_origin_fields:
            origins = self.sudo()[name].sudo(False)._customer_singly_opened(restriction)
            opened.update(self.sudo().filtered(lambda record, name=name, ids=origins.ids: record[name].id in ids).ids)
        return self.browse(opened)

    def _customer_ownerless_open(self):
        """Tell whether the specialist may see this document, which belongs to no customer."""
        if self._customer_ownerless != 'own':
            return self._customer_ownerless == 'internal'
        # sudo: who is responsible decides whether the user may see the record
        people = self.sudo().create_uid | (self.sudo().user_id if 'user_id' in self._fields else self.env['res.users'])
        return self.env.user in people

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

    @api.model
    def _is_administered_sql(self, owner):
        """Return as SQL whether the current user administers the customer today.

        Customers are looked up one by one in the index on the owner: the time depends on them, not on the size of the
        table. A page of an ordered list would have to sort all that is found; of many customers it is quicker to read
        in the order of the list and compare with a hash, until the page is full.

        :param owner: column of the customer, as SQL
        """
        if not (self.env.context.get(PAGE_KEY) and self._has_many_customers()):
            return SQL('%s = ANY(%s)', owner, self._administered_sql())
        return SQL('%s IN (SELECT customer_id FROM customer_administrator WHERE user_id = %s AND %s)',
                   owner, self.env.uid, self._period_sql())

    @api.model
    def _has_many_customers(self):
        """Tell whether the current user administers more than :data:`FEW_CUSTOMERS`; costs a query now and then."""
        return self._read_has_many_customers(self.env.uid, int(time.time()) // CHOICE_SECONDS)

    @api.model
    @ormcache('uid', 'hour')
    def _read_has_many_customers(self, uid, hour):
        return self.env.execute_query(SQL(
            'SELECT EXISTS(SELECT FROM customer_administrator WHERE user_id = %s OFFSET %s)', uid, FEW_CUSTOMERS))[0][0]
