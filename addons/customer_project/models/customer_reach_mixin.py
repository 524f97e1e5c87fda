from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.tools import SQL

from ..const import OPEN_PRIVACY, REACHES, VISIBILITIES


class CustomerReachMixin(models.AbstractModel):
    """What a folder and a file have in common: a project, and who of its customer sees it.

    ``visibility`` is what staff chose; ``reach`` is what follows from it and from all folders above, the narrowest of
    them. Rules ask ``reach`` only, so an internal folder hides everything in it, at any depth, for every protocol.
    Models bring ``access_ids`` and ``reach_access_ids``, each with a table of its own.
    """

    _name = 'customer.reach.mixin'
    _description = 'Visibility in a project'
    _inherit = ['customer.accessible.mixin']
    _customer_origin_fields = ('project_id',)

    #: names of fields that follow from others or from uploads: RPC reaches stored fields, whatever a form shows
    _fixed_fields = frozenset({'commercial_partner_id', 'reach', 'reach_access_ids'})

    project_id = fields.Many2one(
        'project.project', string='Project', required=True, index=True, ondelete='cascade')
    partner_id = fields.Many2one(
        'res.partner', string='Contact of the project', compute='_compute_partner_id', store=True, index=True,
        precompute=True)
    commercial_partner_id = fields.Many2one(
        'res.partner', string='Customer', compute='_compute_commercial_partner_id', store=True, index=True,
        precompute=True, help='The customer of the project.')
    company_id = fields.Many2one(
        'res.company', string='Company', compute='_compute_company_id', store=True, index=True, precompute=True)
    visibility = fields.Selection(
        VISIBILITIES, string='Visible to', required=True, default='customer',
        help='Narrowed by the folders above: in a folder for staff only everything is for staff only.')
    reach = fields.Selection(
        REACHES, string='Really visible to', compute='_compute_reach', store=True, recursive=True)

    @api.depends('project_id.partner_id')
    def _compute_partner_id(self):
        for record in self:
            # sudo: who may see the record sees its project, whose contact may be hidden from him
            record.partner_id = record.sudo().project_id.partner_id

    @api.depends('project_id.commercial_partner_id')
    def _compute_commercial_partner_id(self):
        for record in self:
            record.commercial_partner_id = record.sudo().project_id.commercial_partner_id

    @api.depends('project_id.company_id')
    def _compute_company_id(self):
        for record in self:
            record.company_id = record.sudo().project_id.company_id

    def _narrowed_reach(self, parent):
        """Return ``(reach, accesses)`` of one record.

        :param parent: the folder above, or an empty record set
        """
        self.ensure_one()
        none = self.env['customer.access']
        if self.project_id.privacy_visibility not in OPEN_PRIVACY or 'internal' in (self.visibility, parent.reach):
            return 'internal', none
        limits = [record[name] for record, name, value in (
            (self, 'access_ids', self.visibility), (parent, 'reach_access_ids', parent.reach)) if value == 'accesses']
        if not limits:
            return 'customer', none
        accesses = limits[0] & limits[-1]
        return 'accesses', accesses

    @api.model_create_multi
    def create(self, vals_list):
        """Create records; what follows from others is nobody's to write."""
        self._check_fixed_fields(vals_list)
        return super().create(vals_list)

    def write(self, vals):
        """Change records; who moves one to another project must be allowed to write it there too."""
        self._check_fixed_fields([vals])
        result = super().write(vals)
        if 'project_id' in vals and not self.env.su:
            self.check_access('write')
        return result

    @api.model
    def _check_fixed_fields(self, vals_list):
        """Refuse values that would show foreign content or widen who sees something.

        :raises AccessError: for a name in ``_fixed_fields``, except in superuser mode
        """
        if not self.env.su and any(self._fixed_fields.intersection(vals) for vals in vals_list):
            raise AccessError(self.env._('You have no access to this customer.'))

    # ------------------------------------------------------------------
    # Predicate
    # ------------------------------------------------------------------

    @api.model
    def _customer_accessible_depends(self):
        return (
            *super()._customer_accessible_depends(), 'reach', 'reach_access_ids', *self._reach_columns())

    @api.model
    def _reach_columns(self):
        """Return the names of further fields of the predicate, as far as the model has them."""
        return tuple(name for name in ('uploader_id', 'date_from') if name in self._fields)

    @api.model
    def _customer_accessible_sql(self, restriction, column):
        broad = super()._customer_accessible_sql(restriction, column)
        if restriction == 'specialist':
            return broad
        mine = SQL("ARRAY(SELECT customer_id FROM customer_access WHERE user_id = %s AND state = 'activated')",
                   self.env.uid)
        relation = self._fields['reach_access_ids']
        chosen = SQL(
            "%s = 'accesses' AND EXISTS(SELECT FROM %s reached JOIN customer_access access ON access.id = reached.%s"
            " WHERE reached.%s = %s AND access.user_id = %s AND access.state = 'activated')",
            column('reach'), SQL.identifier(relation.relation), SQL.identifier(relation.column2),
            SQL.identifier(relation.column1), column('id'), self.env.uid)
        opened = [SQL('(%s)', chosen), SQL("(%s = 'customer' AND (%s))", column('reach'), broad)]
        if 'uploader_id' in self._fields:
            opened.append(SQL("(%s = %s AND %s != 'internal')", column('uploader_id'), self.env.uid, column('reach')))
        sql = SQL('(%s = ANY(%s) AND (%s))', column('commercial_partner_id'), mine, SQL(' OR ').join(opened))
        if 'date_from' in self._fields:
            sql = SQL('(%s AND (%s IS NULL OR %s <= %s))', sql, column('date_from'), column('date_from'),
                      fields.Date.context_today(self))
        return sql

    def _customer_accessible_check(self, restriction):
        broad = super()._customer_accessible_check(restriction)
        if restriction == 'specialist':
            return broad
        # sudo: the user's own accesses decide
        accesses = self.env['customer.access'].sudo().search(
            [('user_id', '=', self.env.uid), ('state', '=', 'activated')])
        customers, today = set(accesses.customer_id.ids), fields.Date.context_today(self)

        def is_accessible(record):
            record_sudo = record.sudo()
            if record_sudo.commercial_partner_id.id not in customers:
                return False
            if 'date_from' in record._fields and record_sudo.date_from and record_sudo.date_from > today:
                return False
            if ('uploader_id' in record._fields and record_sudo.uploader_id.id == self.env.uid
                    and record_sudo.reach != 'internal'):
                return True
            if record_sudo.reach == 'accesses':
                return bool(record_sudo.reach_access_ids & accesses)
            return record_sudo.reach == 'customer' and broad(record)

        return is_accessible
