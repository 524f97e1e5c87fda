from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.fields import Domain
from odoo.tools import ormcache

from ..const import CONVERSATION_TYPES, GROUP_MANAGER, GROUP_SPECIALIST


class CustomerTransactionMixin(models.AbstractModel):
    """A business transaction of a customer, also one of Odoo's own models: who may see it, why, and who processes it.

    A model of Odoo inherits this before its own name (``_inherit = ['customer.transaction.mixin', 'sale.order']``: so
    what is here runs before the methods of the model), brings a stored indexed ``commercial_partner_id`` (the owner)
    and ``partner_id``, and the global rule ``[('customer_accessible', '=', True)]``. One with a conversation declares
    ``message_ids`` and ``website_message_ids`` with ``bypass_search_access=False``, as ``customer.document.mixin`` does,
    which is the base of models of our own.
    """

    _name = 'customer.transaction.mixin'
    _description = 'Business transaction of a customer'
    _inherit = ['customer.accessible.mixin']

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

    @api.model
    @ormcache()
    def _customer_document_models(self):
        """Return the names of all models that are business transactions of customers, as a sorted tuple."""
        mixin = self.env.registry['customer.transaction.mixin']
        return tuple(sorted(
            name for name, cls in self.env.registry.items() if issubclass(cls, mixin) and not cls._abstract))

    @api.model_create_multi
    def create(self, vals_list):
        """Create documents; the owner follows from the requester and is nobody's to write."""
        self._check_owner_untouched(vals_list)
        return super().create(vals_list)

    def write(self, vals):
        """Check a second time after the owner changed: nobody moves a document to a customer he may not see.

        Who sees documents by authorisations moves none to another customer at all.
        """
        self._check_owner_untouched([vals])
        if 'partner_id' not in vals or self.env.su:
            return super().write(vals)
        owners = [document.commercial_partner_id.id for document in self.sudo()]
        result = super().write(vals)
        self.check_access('write')
        if self._customer_restriction() != 'all' and owners != [
                document.commercial_partner_id.id for document in self.sudo()]:
            raise AccessError(self.env._('You have no access to this customer.'))
        return result

    @api.model
    def _check_owner_untouched(self, vals_list):
        """Refuse an owner given by a restricted user: a stored computed field can be written by RPC."""
        if not self.env.su and any('commercial_partner_id' in vals for vals in vals_list) and (
                self._customer_restriction() != 'all'):
            raise AccessError(self.env._('You have no access to this customer.'))

    def unlink(self):
        """Take the authorisations on single documents along: ids must not be reused by a right that was left over."""
        # sudo: who may delete the document need not be allowed to determine processors
        processors = self.env['customer.processor'].sudo().search(
            [('res_model', '=', self._name), ('res_id', 'in', self.ids)])
        result = super().unlink()
        processors.unlink()
        return result

    def _public_messages_domain(self):
        """Return the domain of the conversation that the customer may see on the documents in ``self``."""
        return (
            Domain('model', '=', self._name) & Domain('res_id', 'in', self.ids)
            & self._public_message_domain())

    @api.model
    def _public_message_domain(self):
        """Return the domain of what is conversation with the customer, of any document."""
        return (
            Domain('message_type', 'in', CONVERSATION_TYPES) & Domain('is_internal', '=', False)
            & Domain('subtype_id', '=', self.env['ir.model.data']._xmlid_to_res_id('mail.mt_comment')))
