from odoo import api, models
from odoo.exceptions import AccessError
from odoo.fields import Domain

from ..const import GROUP_MANAGER


class BasePartnerMergeAutomaticWizard(models.TransientModel):
    """Merging customers joins what their end users and specialists see: it is for managers, and nothing gets lost.

    Odoo moves foreign keys by SQL, and deletes *all* rows of a table if one of them violates a unique constraint. So
    what would collide is joined before; owners, names and numbers, which SQL leaves as they were, are mended after.
    """

    _inherit = 'base.partner.merge.automatic.wizard'

    def _merge(self, partner_ids, dst_partner=None, extra_checks=True):
        """Merge partners; customers and their contacts by managers only.

        :raises AccessError: for others, if one of the partners belongs to a customer
        """
        partners = self.env['res.partner'].browse(partner_ids).exists()
        # sudo: whether a partner belongs to a customer decides who may merge it
        if partners.sudo().filtered('customer_owned') and not self.env.su and not self.env.user.has_group(GROUP_MANAGER):
            raise AccessError(self.env._('Only managers of customer services merge customers and their contacts.'))
        with self.env['customer.group']._share_groups_in_step():
            return super()._merge(partner_ids, dst_partner=dst_partner, extra_checks=extra_checks)

    @api.model
    def _update_foreign_keys(self, src_partners, dst_partner):
        """Join accesses and rights that would collide, then let Odoo move all that point to the merged partners."""
        # sudo: a manager merges; states and end users of accesses are nobody's to write
        self.env['customer.access'].sudo()._join_duplicates(src_partners, dst_partner)
        self.env['customer.administrator'].sudo()._join_duplicates(src_partners, dst_partner)
        self._release_customer_numbers(src_partners.sudo(), dst_partner.sudo())
        return super()._update_foreign_keys(src_partners, dst_partner)

    @api.model
    def _release_customer_numbers(self, src_sudo, dst_sudo):
        """Free the numbers of what goes; if what stays has none, it gets the oldest of them. A note keeps the others."""
        numbers = [number for number in src_sudo.sorted('id').mapped('customer_number') if number]
        if not numbers:
            return
        src_sudo.write({'customer_number': False})
        src_sudo.flush_recordset(['customer_number'])
        if not dst_sudo.customer_number and dst_sudo.commercial_partner_id == dst_sudo:
            dst_sudo.customer_number = numbers.pop(0)
        if numbers:
            dst_sudo.message_post(body=self.env._('Former customer numbers: %s', ', '.join(numbers)))

    @api.model
    def _update_values(self, src_partners, dst_partner):
        result = super()._update_values(src_partners, dst_partner)
        self._mend_owners(dst_partner.sudo())
        return result

    @api.model
    def _mend_owners(self, dst_sudo):
        """Compute again what follows from the merged partner and was moved by SQL."""
        env = dst_sudo.env
        Partner = env['res.partner'].with_context(active_test=False)
        family = Partner.search([('id', 'child_of', dst_sudo.ids)])
        for name in ('commercial_partner_id', 'customer_owned'):
            env.add_to_compute(Partner._fields[name], family)
        accesses = env['customer.access'].search([('partner_id', '=', dst_sudo.id)])
        for name in ('name', 'email'):
            env.add_to_compute(accesses._fields[name], accesses)
        env.flush_all()
        owner = dst_sudo.commercial_partner_id
        if owner != dst_sudo:
            self._hand_over(dst_sudo, owner)
        env['customer.access'].search([('customer_id', '=', owner.id)]).customer_id._draw_customer_numbers()
        env['customer.access']._forget_accessible()

    @api.model
    def _hand_over(self, contact, owner):
        """Give the customer ``owner`` what a person had who became one of its contacts by the merge.

        :param contact: the partner that stays, in sudo
        :param owner: its company, in sudo
        """
        env = contact.env
        if contact.customer_number:
            owner.message_post(body=env._('Former customer numbers: %s', contact.customer_number))
            contact.customer_number = False
        for name in ('customer.access', 'customer.administrator'):
            env[name]._join_duplicates(contact, owner, names=('customer_id',))
            env[name].search([('customer_id', '=', contact.id)]).write({'customer_id': owner.id})
        for name in env['customer.transaction.mixin']._customer_document_models():
            documents = env[name].with_context(active_test=False, tracking_disable=True).search(
                Domain('commercial_partner_id', '=', contact.id))
            documents.write({'commercial_partner_id': owner.id})
        env['customer.processor'].search([('customer_id', '=', contact.id)]).write({'customer_id': owner.id})
