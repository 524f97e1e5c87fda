"""The customer's answer to an offer: who may give it, how it is kept, who is told."""
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL, plaintext2html

from odoo.addons.customer_services.portal_list import clean_text

from ..const import ANSWER_WAYS, MAX_COMMENT, MAX_REMINDERS, OFFER_STATES

#: what is forgotten when an offer is made anew
ANSWER_FIELDS = (
    'customer_answer', 'customer_answer_way', 'customer_answer_date', 'customer_answer_partner_id',
    'customer_answer_access_id', 'customer_answer_name', 'customer_answer_address', 'customer_reject_reason_id',
    'customer_reject_comment', 'customer_reminded_date')


class SaleOrder(models.Model):
    _inherit = 'sale.order'

    customer_offer_state = fields.Selection(
        OFFER_STATES, string='State of the offer', compute='_compute_customer_offer_state',
        search='_search_customer_offer_state', help='What became of the offer, as the customer sees it.')
    customer_answer = fields.Selection(
        [('accepted', 'Accepted'), ('rejected', 'Rejected')], string='Answer', readonly=True, copy=False,
        index='btree_not_null')
    customer_answer_way = fields.Selection(ANSWER_WAYS, string='Answered', readonly=True, copy=False)
    customer_answer_date = fields.Datetime(string='Answered on', readonly=True, copy=False)
    customer_answer_partner_id = fields.Many2one(
        'res.partner', string='Answered by', readonly=True, copy=False, index='btree_not_null',
        help='The contact whose login answered; empty if somebody answered who had only the link.')
    customer_answer_access_id = fields.Many2one(
        'customer.access', string='By access', readonly=True, copy=False, index='btree_not_null')
    customer_answer_name = fields.Char(string='Name given', readonly=True, copy=False)
    customer_answer_address = fields.Char(
        string='From address', readonly=True, copy=False, help='Network address from which the answer came.')
    customer_reject_reason_id = fields.Many2one(
        'customer.reject.reason', string='Reason', readonly=True, copy=False, index='btree_not_null',
        ondelete='restrict')
    customer_reject_comment = fields.Text(string='Comment', readonly=True, copy=False)
    customer_reminded_date = fields.Datetime(string='Last reminder', readonly=True, copy=False)
    customer_reminder_count = fields.Integer(string='Reminders', readonly=True, copy=False)

    _customer_reminder_idx = models.Index("(company_id, date_order) WHERE state = 'sent' AND customer_answer IS NULL")

    # ------------------------------------------------------------------
    # State
    # ------------------------------------------------------------------

    @api.depends('state', 'customer_answer', 'validity_date', 'signature')
    def _compute_customer_offer_state(self):
        for order in self:
            order.customer_offer_state = order._customer_offer_state()

    def _customer_offer_state(self):
        """Return what became of one offer."""
        if self.state == 'sale':
            return 'accepted'
        if self.state == 'cancel':
            return 'rejected' if self.customer_answer == 'rejected' else 'withdrawn'
        if self.signature or self.customer_answer == 'accepted':
            return 'accepted'
        if self.is_expired:
            return 'expired'
        return 'new' if self.state == 'sent' else 'draft'

    @api.model
    def _search_customer_offer_state(self, operator, value):
        if operator != 'in':
            return NotImplemented
        today = fields.Date.today()
        accepted = Domain('signed_on', '!=', False) | Domain('customer_answer', '=', 'accepted')
        expired = Domain('validity_date', '!=', False) & Domain('validity_date', '<', today)
        domains = {
            'accepted': Domain('state', '=', 'sale') | Domain('state', 'in', ('draft', 'sent')) & accepted,
            'rejected': Domain('state', '=', 'cancel') & Domain('customer_answer', '=', 'rejected'),
            'withdrawn': Domain('state', '=', 'cancel') & Domain('customer_answer', '!=', 'rejected'),
            'expired': Domain('state', 'in', ('draft', 'sent')) & ~accepted & expired,
            'new': Domain('state', '=', 'sent') & ~accepted & ~expired,
            'draft': Domain('state', '=', 'draft') & ~accepted & ~expired,
        }
        return Domain.OR(domains[state] for state in value if state in domains)

    # ------------------------------------------------------------------
    # What the customer may do
    # ------------------------------------------------------------------

    def _has_running_payment(self):
        """Tell whether a payment is on its way or authorized, so that the answer must wait for it."""
        self.ensure_one()
        return any(
            transaction.state in ('pending', 'authorized') and transaction.provider_code not in ('none', 'custom')
            for transaction in self.sudo().transaction_ids)

    def _can_accept_by_click(self):
        """Tell whether the customer accepts by a mere click: Odoo shows no button for offers without any flag."""
        self.ensure_one()
        return (
            self.state in ('draft', 'sent') and not self.is_expired and not self._has_to_be_signed()
            and not self._has_to_be_paid() and not self._has_running_payment())

    def _can_reject_online(self):
        """Tell whether the customer may reject: any open offer, also one that is signed and not paid yet."""
        self.ensure_one()
        return (
            self.state in ('draft', 'sent') and not self.is_expired and not self._has_running_payment()
            and self.currency_id.is_zero(self.amount_paid))

    # ------------------------------------------------------------------
    # The answer
    # ------------------------------------------------------------------

    def _lock_answer(self):
        """Lock the order, so that of two parallel answers the second one sees the first."""
        self.ensure_one()
        self.flush_recordset()
        self.env.execute_query(SQL('SELECT id FROM sale_order WHERE id = %s FOR NO KEY UPDATE', self.id))
        self.invalidate_recordset()

    def _accept_by_customer(self, answer):
        """Accept the offer by click (sudo); a second click changes nothing.

        :param dict answer: see :meth:`_record_answer`
        :raises UserError: if it cannot be accepted (any more)
        """
        self._lock_answer()
        if self.state == 'sale':
            return
        if not self._can_accept_by_click():
            raise UserError(self.env._('This offer cannot be accepted any more.'))
        self._record_answer('accepted', answer.get('customer_answer_way', 'click'), answer)
        self._validate_order()
        self._post_answer(self.env._('Offer accepted by %s', self._answerer_name()))

    def _reject_by_customer(self, answer, reason_id=None, comment=''):
        """Reject the offer (sudo); a second click changes nothing.

        :param dict answer: see :meth:`_record_answer`
        :param reason_id: id of a ``customer.reject.reason`` as sent, or nothing
        :param str comment: text as sent
        :raises UserError: if it cannot be rejected (any more), or without a usable reason
        """
        self._lock_answer()
        if self.state == 'cancel' and self.customer_answer == 'rejected':
            return
        if not self._can_reject_online():
            raise UserError(self.env._('This offer cannot be rejected any more.'))
        comment = clean_text(comment).strip()[:MAX_COMMENT]
        reasons = self._reject_reasons()
        reason = reasons.filtered(lambda reason: reason.id == reason_id)
        if reasons and not reason:
            raise UserError(self.env._('Please choose a reason.'))
        if not comment and (not reason or reason.needs_comment):
            raise UserError(self.env._('Please write a few words.'))
        self._record_answer('rejected', answer.get('customer_answer_way', 'click'), dict(
            answer, customer_reject_reason_id=reason.id, customer_reject_comment=comment or False))
        self._action_cancel()
        self.order_line.mapped('currency_id')  # see Odoo's portal_quote_decline: cached while elevated, the flush needs it
        text = self.env._('Offer rejected by %s', self._answerer_name())
        self._post_answer('\n'.join(filter(None, [text, reason.name, comment])))

    @api.model
    def _reject_reasons_of(self, company):
        """Return the reasons that customers of a company choose from, in sudo."""
        # sudo: customers have no right on the list itself, they see the names
        return self.env['customer.reject.reason'].sudo().search([('company_id', 'in', [company.id, False])])

    def _reject_reasons(self):
        return self._reject_reasons_of(self.company_id)

    def _record_answer(self, answer, way, values):
        """Keep who answered what, when and from where; the first answer stays.

        :param str answer: ``'accepted'`` or ``'rejected'``
        :param str way: key of ``ANSWER_WAYS``
        :param dict values: ``customer_answer_partner_id`` (id or False), ``customer_answer_name``,
            ``customer_answer_address`` and what belongs to a rejection
        """
        self.ensure_one()
        if self.customer_answer:
            return
        partner_id = values.get('customer_answer_partner_id')
        access = self.env['customer.access'].sudo().search([
            ('partner_id', '=', partner_id), ('customer_id', '=', self.commercial_partner_id.id)],
            limit=1) if partner_id else self.env['customer.access']
        self.write({
            **values,
            'customer_answer': answer,
            'customer_answer_way': way,
            'customer_answer_date': fields.Datetime.now(),
            'customer_answer_access_id': access.id,
        })

    def _record_signature(self, values):
        """Keep who signed, also where the confirmation was recorded without the visitor before."""
        if self.customer_answer_way in (False, 'signature'):
            self.customer_answer = False
            self._record_answer('accepted', 'signature', values)

    def _answerer_name(self):
        return self.customer_answer_partner_id.name or self.customer_answer_name or self.partner_id.name

    def _post_answer(self, text):
        """Tell staff what the customer answered: in the thread, to its followers and the salesman."""
        self.ensure_one()
        self.message_post(
            body=plaintext2html(text), message_type='comment', subtype_xmlid='mail.mt_comment',
            author_id=(self.customer_answer_partner_id or self.partner_id).id,
            partner_ids=self.user_id.partner_id.ids)

    def action_confirm(self):
        """An order that staff confirm counts as accepted by staff, unless the customer answered himself."""
        result = super().action_confirm()
        for order in self.filtered(lambda order: order.state == 'sale' and not order.customer_answer):
            transaction = order.sudo().transaction_ids.filtered(
                lambda transaction: transaction.state in ('authorized', 'done')).sorted('id')[-1:]
            if transaction and self.env.su:
                order._record_answer('accepted', 'payment', transaction._customer_answer_values())
            elif order.signature:
                order.sudo()._record_answer('accepted', 'signature', {'customer_answer_name': order.signed_by})
            elif not self.env.su and self.env.user._is_internal():
                order._record_answer(
                    'accepted', 'staff', {'customer_answer_partner_id': self.env.user.partner_id.id})
        return result

    def action_customer_send(self):
        """Send the offers in ``self`` by mail and mark them as sent, in one call (API).

        :return: True
        :raises UserError: for an order that is no open offer any more
        """
        self.check_access('write')
        closed = self.filtered(lambda order: order.state not in ('draft', 'sent'))
        if closed:
            raise UserError(self.env._('%s is no open offer any more.', closed[0].name))
        for order in self:
            template = order._find_mail_template()
            order.with_context(mark_so_as_sent=True).message_post_with_source(
                template, email_layout_xmlid='mail.mail_notification_layout_with_responsible_signature',
                subtype_xmlid='mail.mt_comment')
            order.filtered(lambda order: order.state == 'draft').action_quotation_sent()
        return True

    def action_draft(self):
        """An offer that is made anew is answered anew."""
        result = super().action_draft()
        self.write({**dict.fromkeys(ANSWER_FIELDS, False), 'customer_reminder_count': 0})
        return result

    # ------------------------------------------------------------------
    # Reminders
    # ------------------------------------------------------------------

    @api.model
    def _cron_remind_offers(self, limit=MAX_REMINDERS):
        """Remind customers of offers without an answer, as the settings of each company say.

        An offer gets at most so many reminders, each so many days after the last mail; one run sends at most
        ``limit`` mails in all, the oldest offers first.
        """
        remaining = limit
        for company in self.env['res.company'].search([('customer_reminder_days', '>', 0)]):
            orders = self.search(self._reminder_domain(company), limit=remaining, order='date_order, id')
            orders._remind()
            remaining -= len(orders)
            if remaining <= 0:
                break
        self.env['ir.cron']._commit_progress(limit - remaining, remaining=0)

    @api.model
    def _reminder_domain(self, company):
        """Return the domain of the company's offers whose customers are to be reminded now."""
        before = fields.Datetime.now() - timedelta(days=company.customer_reminder_days)
        return (
            Domain('company_id', '=', company.id) & Domain('state', '=', 'sent') & Domain('customer_answer', '=', False)
            & Domain('signed_on', '=', False) & Domain('date_order', '<', before)
            & (Domain('validity_date', '=', False) | Domain('validity_date', '>=', fields.Date.today()))
            & Domain('customer_reminder_count', '<', company.customer_reminder_max)
            & (Domain('customer_reminded_date', '=', False) | Domain('customer_reminded_date', '<', before)))

    def _remind(self):
        """Queue one reminder for each offer in ``self``; whose payment is on its way is left alone."""
        template = self.env.ref('customer_sale.mail_template_sale_order_reminder')
        for order in self:
            order.write({
                'customer_reminded_date': fields.Datetime.now(),
                'customer_reminder_count': order.customer_reminder_count + 1})
            if not order._has_running_payment():
                order.with_context(mail_notify_force_send=False).message_post_with_source(
                    template, email_layout_xmlid='mail.mail_notification_layout_with_responsible_signature',
                    subtype_xmlid='mail.mt_comment')
