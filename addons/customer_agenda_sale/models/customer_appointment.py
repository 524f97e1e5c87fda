"""Appointments that cost something: held until the offer for them is paid."""
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError

from odoo.addons.customer_services.const import GROUP_SPECIALIST


class CustomerAppointment(models.Model):
    _inherit = 'customer.appointment'

    hold_kind = fields.Selection(
        selection_add=[('payment', 'Payment by the customer')], ondelete={'payment': 'set null'})
    order_id = fields.Many2one(
        'sale.order', string='Offer or order', readonly=True, copy=False, ondelete='set null', index='btree_not_null',
        groups=GROUP_SPECIALIST)

    # ------------------------------------------------------------------
    # Until it is paid
    # ------------------------------------------------------------------

    @api.model
    def _next_hold(self, kind_sudo, partner):
        """Hold the slot of what costs something until it is paid."""
        company = kind_sudo.company_id or self.company_id or self.env.user.company_id
        # sudo: the customer's own contact, for his prices
        price = kind_sudo._price_for(partner.sudo(), company)
        return {
            'state': 'offered', 'hold_kind': 'payment',
            'hold_until': fields.Datetime.now() + timedelta(minutes=kind_sudo.payment_minutes),
        } if price else super()._next_hold(kind_sudo, partner)

    def _begin_hold(self):
        """Make the offer that the customer pays."""
        # sudo: the offer is the system's
        for appointment_sudo in self.sudo().filtered(lambda one: one.hold_kind == 'payment' and not one.order_id):
            kind = appointment_sudo.type_id
            order = self.env['sale.order'].sudo().with_company(appointment_sudo.company_id).create(dict(
                kind._order_values(appointment_sudo.partner_id, appointment_sudo.company_id),
                origin=appointment_sudo.number, user_id=appointment_sudo.user_id.id))
            order.order_line.name = f'{order.order_line.name}\n{appointment_sudo.number}, {appointment_sudo.when}'
            order.with_context(tracking_disable=True).action_quotation_sent()
            appointment_sudo._write_quietly({'order_id': order.id})
        return super()._begin_hold()

    def _accept_offer(self):
        """Only the payment accepts what costs something.

        :raises UserError: if it is not paid
        """
        if self.state == 'offered' and self.hold_kind == 'payment':
            raise UserError(self.env._('Please pay: then the appointment is yours.'))
        return super()._accept_offer()

    def _hold_goes_on(self):
        """A payment that is on its way keeps the slot, also one that came and is not processed yet."""
        return self.hold_kind == 'payment' and self._has_money() or super()._hold_goes_on()

    def _has_money(self):
        """Tell whether a payment of the order came in or is on its way."""
        return self.order_id._has_running_payment() or any(
            transaction.state in ('authorized', 'done') for transaction in self.order_id.transaction_ids)

    def _expiry_reason(self):
        if self.hold_kind == 'payment':
            return self.env._('It was not paid in time.')
        return super()._expiry_reason()

    def _hold_label(self):
        if self.hold_kind == 'payment':
            return self.env._('Pay to keep the appointment')
        return super()._hold_label()

    def _mail_subject(self, event):
        if event == 'offered' and self.hold_kind == 'payment':
            return self.env._('Please pay: %(name)s, %(when)s', name=self.name, when=self.when)
        return super()._mail_subject(event)

    def _confirm_paid(self):
        """Confirm what was held until its order was confirmed (sudo)."""
        for appointment in self.filtered(lambda one: one.state == 'offered' and one.hold_kind == 'payment'):
            appointment._transition(('offered',), appointment.type_id._booked_state())

    # ------------------------------------------------------------------
    # Cancelled
    # ------------------------------------------------------------------

    def _after_change(self, vals, before):
        """What is cancelled is not paid any more; what was paid is for staff to give back."""
        result = super()._after_change(vals, before)
        # sudo: whoever may cancel the appointment cancels its offer
        for appointment_sudo in self.sudo():
            if appointment_sudo.state == 'cancelled' and before[appointment_sudo.id]['state'] != 'cancelled':
                appointment_sudo._settle_order()
        return result

    def _settle_order(self):
        """Cancel the order if no money moved, else ask staff for a refund or a credit note (sudo)."""
        order = self.order_id
        if not order or order.state == 'cancel':
            return
        if self._has_money() or order.invoice_ids.filtered(lambda move: move.state == 'posted'):
            self._ask_staff(self.env._('Cancelled, but paid or invoiced: refund %s or make a credit note', order.name))
            return
        order._action_cancel()

    def _ask_staff(self, text):
        """Plan an activity for who takes the appointment, or made its type.

        :param str text: what is to be done
        """
        people = self.user_id | self.order_id.user_id | self.type_id.create_uid
        user = people.filtered(lambda user: user.active and user._is_internal() and self.with_user(user).has_access('read'))[:1]
        self.activity_schedule('mail.mail_activity_data_todo', user_id=(user or self.env.ref('base.user_admin')).id, summary=text)

    def _tell_late_payment(self):
        """Tell the customer that his money came too late (sudo)."""
        self.message_post(
            body=self.env._('Your payment came when the time was given free already. We contact you about another time or a '
                            'refund.'),
            author_id=self.company_id.partner_id.id, message_type='comment', subtype_xmlid='mail.mt_comment')

    # ------------------------------------------------------------------
    # Staff
    # ------------------------------------------------------------------

    def action_open_order(self):
        """Open the offer or order of the appointment, with the rights of the user."""
        self.ensure_one()
        self.check_access('read')
        return {'type': 'ir.actions.act_window', 'res_model': 'sale.order', 'res_id': self.order_id.id, 'view_mode': 'form'}
