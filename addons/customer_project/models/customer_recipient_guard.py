from odoo import models


class CustomerRecipientGuard(models.AbstractModel):
    """Mail about a record goes to nobody who may not read it at this moment, whatever he was added for.

    Models call :meth:`_guard_recipients` in ``_notify_get_recipients``: before a mixin Odoo's own classes come first.
    """

    _name = 'customer.recipient.guard'
    _description = 'Guard of recipients'

    def _users_who_may_see(self, users):
        """Return those of ``users`` who may read this record with their own rights."""
        self.ensure_one()
        # sudo: companies of a user are his own, and this decides about him, not about the current user
        return users.sudo().filtered(lambda user: user.active and self.with_user(user).with_context(
            allowed_company_ids=user.company_ids.ids).has_access('read')).sudo(False)

    def _guard_recipients(self, recipients):
        """Drop recipients who may not see a customer's record; records of nobody are left to Odoo.

        :param list recipients: dicts as ``_notify_get_recipients`` returns them
        """
        # sudo: the owner decides who gets mail
        owner = self.sudo().commercial_partner_id if len(self) == 1 else False
        if not owner:
            return recipients
        Users = self.env['res.users'].sudo()
        users = Users.browse([recipient['uid'] for recipient in recipients if recipient.get('uid')])
        allowed = set(self._users_who_may_see(users).ids)
        contacts = self.env['res.partner'].sudo().browse(
            [recipient['id'] for recipient in recipients if recipient['id'] and not recipient.get('uid')])
        # a contact whose login was archived has lost his access; one who never had a login belongs to the customer
        revoked = contacts and Users.with_context(active_test=False).search(
            [('partner_id', 'in', contacts.ids)]).partner_id
        known = set((contacts - revoked if revoked else contacts).filtered(
            lambda contact: contact.commercial_partner_id == owner).ids)
        return [
            recipient for recipient in recipients
            if (recipient['uid'] in allowed if recipient.get('uid') else not recipient['id'] or recipient['id'] in known)]
