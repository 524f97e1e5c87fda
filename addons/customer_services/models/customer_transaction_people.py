"""Who may be told about a document: whoever may not see it is neither subscribed nor written to."""
from odoo import models


class CustomerTransactionMixin(models.AbstractModel):
    _inherit = 'customer.transaction.mixin'

    #: whether recipients are filtered here; a model that does it itself switches it off and saves the queries
    _customer_filters_recipients = True

    def _users_who_may_see(self, users):
        """Return those of ``users`` who may read this document with their own rights, now.

        :param users: ``res.users``
        """
        self.ensure_one()
        # sudo: companies of a user are his own, and this decides about him, not about the current user
        return users.sudo().filtered(lambda user: user.active and self.with_user(user).with_context(
            allowed_company_ids=user.company_ids.ids).has_access('read')).sudo(False)

    def _partners_who_may_see(self, partners):
        """Return those of ``partners`` who may be told about this document, now.

        :param partners: ``res.partner``
        """
        self.ensure_one()
        return partners.browse(self._partners_by_document(partners)[self.id])

    def _partners_free_to_follow(self, partners):
        """Return those of ``partners`` whose following is Odoo's business alone.

        On a model of Odoo's following may itself open a document, such as a project for invited staff: that stays so
        for staff whom nothing restricts to customers of their own.

        :param partners: ``res.partner``
        """
        if issubclass(self.env.registry[self._name], self.env.registry['customer.document.mixin']):
            return partners.browse()
        # sudo: this decides about others, not about the current user
        staff_sudo = partners.sudo().user_ids.filtered(
            lambda user: user._is_internal() and self.with_user(user)._customer_restriction() == 'all')
        return partners & staff_sudo.partner_id.sudo(False)

    def _partners_by_document(self, partners):
        """Tell for each document in ``self`` who may be told about it, now: few queries for many documents.

        A contact with a login is judged by it, also by one that was archived when his access was revoked. A contact
        who never had one is told if he is of the customer, or if there is none.

        :param partners: ``res.partner``
        :return: ``{id of the document: ids of partners, in their order}``
        """
        # sudo: this decides about others, not about the current user
        documents, partners_sudo = self.sudo(), partners.sudo()
        users = partners_sudo.with_context(active_test=False).user_ids
        seen = {document.id: set() for document in documents}
        for user in users.filtered('active'):
            mine = self.with_user(user).with_context(allowed_company_ids=user.company_ids.ids)
            for number in mine._filtered_access('read').ids:
                seen[number].add(user.partner_id.id)
        without_login = partners_sudo - users.partner_id
        for document in documents if without_login else ():
            owner = document.commercial_partner_id
            seen[document.id].update(without_login.filtered(
                lambda partner, document=document, owner=owner: not owner or partner == document.partner_id
                or partner.commercial_partner_id == owner).ids)
        return {number: [partner_id for partner_id in partners.ids if partner_id in ids] for number, ids in seen.items()}

    def _notify_get_recipients(self, message, msg_vals=False, **kwargs):
        """Filter recipients when a message is sent: rights may have ended since they were added."""
        recipients = super()._notify_get_recipients(message, msg_vals=msg_vals, **kwargs)
        return self._customer_filter_recipients(recipients)

    def _customer_filter_recipients(self, recipients):
        """Drop those who may not see the document now; a model of Odoo, whose own class comes first, calls it itself.

        :param list recipients: dicts as ``_notify_get_recipients`` returns them
        """
        if not self or not self._customer_filters_recipients:
            return recipients
        partners = self.env['res.partner'].browse(recipient['id'] for recipient in recipients if recipient['id'])
        allowed = set(self._partners_who_may_see(partners).ids)
        return [recipient for recipient in recipients if not recipient['id'] or recipient['id'] in allowed]
