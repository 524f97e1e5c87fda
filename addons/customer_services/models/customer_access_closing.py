"""What follows when an access is blocked or revoked."""
from odoo import models
from odoo.fields import Command
from odoo.tools import SQL, email_normalize


class CustomerAccess(models.Model):
    _inherit = 'customer.access'

    def _after_closing(self):
        """Close every way that the end users of the accesses in ``self`` (sudo) had, from the next request on.

        Whoever has no other activated access loses his login. Share links are bearer rights, which somebody may
        have kept from any document of the customer: all of them are void. What is still queued for him is not sent.
        Revoking also ends what blocking leaves as it is, so that it can be undone: followers, API keys, the link
        to set a password. Other addons extend this.
        """
        if not self:
            return
        self._void_invitations()
        self._match_logins()
        revoked = self.filtered(lambda access: access.state == 'revoked')
        revoked.user_id.filtered(lambda user: not user.active).api_key_ids._remove()
        revoked.partner_id.signup_type = False
        for name in self.env['customer.transaction.mixin']._customer_document_models():
            self._void_share_links(name)
            for access in self:
                access._cancel_mail(name)
                if access.state == 'revoked':
                    self.env['mail.followers'].search([
                        ('res_model', '=', name), ('partner_id', '=', access.partner_id.id),
                        ('res_id', 'in', access._customer_documents(name)),
                    ]).unlink()

    def _match_logins(self):
        """Archive logins without activated access, open those that have one."""
        users = self.with_context(active_test=False).user_id.filtered(lambda user: not user._is_internal())
        open_users = self.search([('user_id', 'in', users.ids), ('state', '=', 'activated')]).user_id
        (users - open_users).filtered('active').active = False
        (users & open_users).filtered(lambda user: not user.active).active = True

    def _customer_documents(self, name):
        """Return the documents of the customers of ``self`` as a query.

        :param str name: model of the documents
        """
        return self.env[name].sudo().with_context(active_test=False)._search(
            [('commercial_partner_id', 'in', self.customer_id.ids)])

    def _void_share_links(self, name):
        """Delete the share tokens of the customers' documents and of their files; new ones are made when needed."""
        Model, Attachment = self.env[name], self.env['ir.attachment']
        if 'access_token' not in Model._fields:
            return
        Model.flush_model(['commercial_partner_id', 'access_token'])
        Attachment.flush_model(['res_model', 'res_id', 'access_token'])
        table, customers = SQL.identifier(Model._table), list(self.customer_id.ids)
        self.env.cr.execute(SQL(
            'UPDATE %s SET access_token = NULL WHERE commercial_partner_id = ANY(%s) AND access_token IS NOT NULL',
            table, customers))
        self.env.cr.execute(SQL(
            'UPDATE ir_attachment SET access_token = NULL WHERE res_model = %s AND access_token IS NOT NULL'
            ' AND res_id IN (SELECT id FROM %s WHERE commercial_partner_id = ANY(%s))', name, table, customers))
        Model.invalidate_model(['access_token'], flush=False)
        Attachment.invalidate_model(['access_token'], flush=False)

    def _cancel_mail(self, name):
        """Take the end user out of the mails and SMS about the customer's documents that were not sent yet.

        :param str name: model of the documents
        """
        self.ensure_one()
        partner, address = self.partner_id, email_normalize(self.email)
        queued = [('state', '=', 'outgoing'), ('model', '=', name), ('res_id', 'in', self._customer_documents(name))]
        mails = self.env['mail.mail'].search([*queued, ('recipient_ids', 'in', partner.ids)])
        if address:
            mails |= self.env['mail.mail'].search([*queued, ('email_to', 'ilike', address)]).filtered(
                lambda mail: email_normalize(mail.email_to) == address)
        # the notifications before their mails, as the queue takes them: else it and we may wait for each other
        self.env.execute_query(SQL(
            'SELECT id FROM mail_notification WHERE mail_mail_id = ANY(%s) AND res_partner_id = %s ORDER BY id FOR NO KEY UPDATE',
            mails.ids, partner.id))
        self.env.execute_query(SQL('SELECT id FROM mail_mail WHERE id = ANY(%s) ORDER BY id FOR NO KEY UPDATE', mails.ids))
        mails.recipient_ids = [Command.unlink(partner.id)]
        self.env['mail.notification'].search([
            ('mail_mail_id', 'in', mails.ids), ('res_partner_id', '=', partner.id),
        ]).notification_status = 'canceled'
        if address:
            mails.filtered(lambda mail: email_normalize(mail.email_to) == address).email_to = False
        mails.filtered(lambda mail: not (mail.recipient_ids or mail.email_to or mail.email_cc)).state = 'cancel'
        self.env['sms.sms'].search([
            ('state', '=', 'outgoing'), ('partner_id', '=', partner.id), ('mail_message_id.model', '=', name),
            ('mail_message_id.res_id', 'in', self._customer_documents(name)),
        ]).state = 'canceled'
        self.env['mail.scheduled.message'].search([
            ('model', '=', name), ('res_id', 'in', self._customer_documents(name)),
            ('partner_ids', 'in', partner.ids),
        ]).partner_ids = [Command.unlink(partner.id)]
