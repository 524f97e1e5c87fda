from odoo import api, fields, models, tools
from odoo.exceptions import AccessError
from odoo.tools import SQL

from .customer_access import STATES


class CustomerAuthorisation(models.Model):
    """Everybody who may see something of a customer: end users, administrators, processors, as one list.

    A view of the database: rows are removed where they come from, with the rights of the user.
    """

    _name = 'customer.authorisation'
    _description = 'Authorisation'
    _auto = False
    _order = 'customer_id, kind, id'
    _depends = {
        'customer.access': ['customer_id', 'user_id', 'state', 'scope'],
        'customer.administrator': ['customer_id', 'user_id', 'date_start', 'date_end'],
        'customer.processor': ['customer_id', 'user_id', 'res_model', 'res_id', 'date_start', 'date_end'],
    }

    customer_id = fields.Many2one('res.partner', readonly=True)
    kind = fields.Selection(
        [('access', 'End users with access'), ('administrator', 'Administrators'), ('processor', 'Processors')],
        readonly=True)
    user_id = fields.Many2one('res.users', string='Login', readonly=True)
    access_id = fields.Many2one('customer.access', readonly=True)
    administrator_id = fields.Many2one('customer.administrator', string='Right as administrator', readonly=True)
    processor_id = fields.Many2one('customer.processor', string='Right as processor', readonly=True)
    scope = fields.Selection(lambda self: self.env['customer.access']._fields['scope'].selection, readonly=True)
    res_model = fields.Char(string='Kind of document', readonly=True)
    res_id = fields.Many2oneReference(string='Id of the document', model_field='res_model', readonly=True)
    date_start = fields.Date(string='From', readonly=True)
    date_end = fields.Date(string='Until', readonly=True)
    state = fields.Selection(
        [*STATES, ('current', 'Current'), ('future', 'Not yet'), ('ended', 'Ended')], readonly=True)
    name = fields.Char(compute='_compute_name')
    email = fields.Char(string='E-mail', compute='_compute_name')
    document_name = fields.Char(string='Transaction', compute='_compute_document_name')

    def init(self):
        tools.drop_view_if_exists(self.env.cr, self._table)
        today = SQL("(now() AT TIME ZONE 'UTC')::date")
        state = SQL(
            "CASE WHEN date_start > %s THEN 'future' WHEN date_end < %s THEN 'ended' ELSE 'current' END", today, today)
        self.env.cr.execute(SQL("""
            CREATE VIEW %(view)s AS
            SELECT id::bigint * 3 AS id, 'access' AS kind, customer_id, user_id, id AS access_id,
                   NULL::integer AS administrator_id, NULL::integer AS processor_id, scope,
                   NULL::varchar AS res_model, NULL::integer AS res_id, NULL::date AS date_start,
                   NULL::date AS date_end, state
              FROM customer_access
            UNION ALL
            SELECT id::bigint * 3 + 1, 'administrator', customer_id, user_id, NULL, id, NULL, NULL,
                   NULL, NULL, date_start, date_end, %(state)s
              FROM customer_administrator
            UNION ALL
            SELECT id::bigint * 3 + 2, 'processor', customer_id, user_id, NULL, NULL, id, NULL,
                   res_model, res_id, date_start, date_end, %(state)s
              FROM customer_processor
        """, view=SQL.identifier(self._table), state=state))

    @api.depends('user_id', 'access_id')
    def _compute_name(self):
        for row in self:
            # sudo: name and address of whoever the row names, which the user may read
            access_sudo, user_sudo = row.access_id.sudo(), row.user_id.sudo()
            row.name = user_sudo.name or access_sudo.name or access_sudo.email
            row.email = user_sudo.email or access_sudo.email

    @api.depends('processor_id')
    def _compute_document_name(self):
        for row in self:
            row.document_name = row.processor_id.document_name

    @api.depends('name')
    def _compute_display_name(self):
        for row in self:
            row.display_name = row.name

    def unlink(self):  # pylint: disable=method-required-super
        """Take the authorisations away where they come from, with the rights of the user.

        Administrators and processors are deleted; so is an access that was never activated. A used access is
        revoked and kept.
        """
        self.check_access('unlink')
        rows = self.exists()
        accesses, administrators, processors = rows.access_id, rows.administrator_id, rows.processor_id
        unused = accesses.filtered(lambda access: not access.activated_date)
        for records in (administrators, processors, accesses):
            self._check_removal(records)
        administrators.unlink()
        processors.unlink()
        unused.unlink()
        self._revoke(accesses - unused)
        self.invalidate_model()
        return True

    @api.model
    def _check_removal(self, records):
        """Refuse before anything is removed, in words.

        :raises AccessError: if the user may not remove all of them
        """
        if records and not records.has_access('unlink'):
            raise AccessError(self.env._('You may not remove these authorisations: ask a manager.'))

    @api.model
    def _revoke(self, accesses):
        """Revoke accesses that were used; those revoked already stay as they are."""
        accesses.filtered(lambda access: access.state != 'revoked').action_revoke()

    @api.model
    def action_create_access(self, *_ids):
        """Open the form of a new access to the customer of the page (button of the list, without selection)."""
        return {
            'type': 'ir.actions.act_window',
            'name': self.env._('Create access'),
            'res_model': 'customer.access',
            'view_mode': 'form',
            'views': [(False, 'form')],
            'target': 'new',
            'context': {'default_customer_id': self.env.context.get('default_customer_id')},
        }

    @api.model
    def action_determine_administrators(self, *_ids):
        """Open the wizard for administrators of the customer of the page (button without selection)."""
        return self._action_determine('administrator')

    @api.model
    def action_determine_processors(self, *_ids):
        """Open the wizard for processors of transactions of the customer of the page (button without selection)."""
        return self._action_determine('processor')

    @api.model
    def _action_determine(self, kind):
        action = self.env['ir.actions.act_window']._for_xml_id(
            f'customer_services.customer_authorise_wizard_action_{kind}')
        customer_id = self.env.context.get('default_customer_id')
        return dict(action, context={
            'default_kind': kind, 'default_customer_ids': [customer_id] if customer_id else []})

    def action_remove(self):
        """Remove the selected authorisations (button of the list)."""
        self.unlink()
        return {'type': 'ir.actions.client', 'tag': 'soft_reload'}
