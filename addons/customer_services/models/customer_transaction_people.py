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

        A contact with a login is judged by it, also by one that was archived when his access was revoked. A contact
        who never had one is told if he is of the customer.

        :param partners: ``res.partner``
        """
        self.ensure_one()
        # sudo: this decides about others, not about the current user
        document, partners_sudo = self.sudo(), partners.sudo()
        users = partners_sudo.with_context(active_test=False).user_ids
        allowed = self._users_who_may_see(users).sudo().partner_id
        without_login = partners_sudo - users.partner_id
        owner = document.commercial_partner_id
        allowed |= without_login.filtered(
            lambda partner: partner == document.partner_id or (owner and partner.commercial_partner_id == owner))
        return (partners_sudo & allowed).with_env(partners.env)

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
