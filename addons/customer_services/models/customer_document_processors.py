from odoo import api, fields, models
from odoo.exceptions import AccessError

from ..const import GROUP_MANAGER, GROUP_SPECIALIST


class CustomerDocumentMixin(models.AbstractModel):
    """Additional processors of a document, what counts as open, and why somebody may see it."""

    _inherit = 'customer.document.mixin'

    #: which documents wait for something: counted in the overview of customers
    _customer_open_domain = []
    #: icon of the kind in the overview of customers
    _customer_icon = 'fa-file-text-o'

    processor_user_ids = fields.Many2many(
        'res.users', string='Additional processors', compute='_compute_processor_user_ids',
        inverse='_inverse_processor_user_ids', groups=GROUP_SPECIALIST, domain=[('share', '=', False)],
        help='Specialists who see and process this document although they do not administer its customer.')

    @api.depends_context('uid')
    def _compute_processor_user_ids(self):
        groups = dict(self.env['customer.processor']._read_group(
            [('res_model', '=', self._name), ('res_id', 'in', self._origin.ids)], ['res_id'],
            ['user_id:recordset']))
        for document in self:
            document.processor_user_ids = groups.get(document._origin.id, False)

    def _inverse_processor_user_ids(self):
        if not self.env.su and not self.env.user.has_group(GROUP_MANAGER):
            raise AccessError(self.env._('Only managers determine who processes a document.'))
        Processor = self.env['customer.processor']
        current = Processor.search([('res_model', '=', self._name), ('res_id', 'in', self.ids)])
        for document in self:
            processors = current.filtered(lambda processor: processor.res_id == document.id)
            wanted = document.processor_user_ids
            added = wanted - processors.user_id
            processors.filtered(lambda processor: processor.user_id not in wanted).unlink()
            Processor.create([
                {'user_id': user.id, 'res_model': self._name, 'res_id': document.id} for user in added])

    @api.model
    def _description_of_kind(self):
        """Return the name of the kind of document, in the user's language."""
        return self.env['ir.model']._get(self._name).name

    def _explain_access(self, user):
        """Say why the user may read the document, or why not.

        :param user: the ``res.users``
        :return: list of ``(opens, reason)``; he may read it if all of them open
        """
        self.ensure_one()
        return self.env['customer.explanation']._explain(self, user)

    def action_explain_access(self):
        """Open "Who can see this, and why" for the document (managers)."""
        self.ensure_one()
        return self.env['customer.explanation']._action(self)
