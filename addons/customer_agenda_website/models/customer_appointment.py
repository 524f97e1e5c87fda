"""Bookings of visitors: held until the visitor proves by a link that the mailbox is his."""
import uuid
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import email_normalize

from odoo.addons.customer_agenda.const import CANDIDATES_KEY
from odoo.addons.customer_services.const import GROUP_SPECIALIST
from odoo.addons.customer_services.portal_list import clean_text

from ..const import CAP_HOURS, CAPS, FORM, KEPT_DAYS, MAX_EMAIL, MAX_NAME, MAX_PHONE, PROOF_MINUTES

#: what a visitor gives of himself: name of the value -> how long it may be
VISITOR_FIELDS = {'name': MAX_NAME, 'email': MAX_EMAIL, 'phone': MAX_PHONE}


class CustomerAppointment(models.Model):
    _inherit = 'customer.appointment'

    hold_kind = fields.Selection(
        selection_add=[('proof', 'Confirmation by the visitor')], ondelete={'proof': 'set null'})
    visitor_name = fields.Char(
        string='Name of the visitor', readonly=True, copy=False, groups=GROUP_SPECIALIST,
        help='As typed on the public booking page.')
    visitor_email = fields.Char(string='E-mail of the visitor', readonly=True, copy=False, groups=GROUP_SPECIALIST)
    visitor_phone = fields.Char(string='Phone of the visitor', readonly=True, copy=False, groups=GROUP_SPECIALIST)
    visitor_lang = fields.Char(string='Language of the visitor', readonly=True, copy=False, groups=GROUP_SPECIALIST)

    # ------------------------------------------------------------------
    # Entry for visitors
    # ------------------------------------------------------------------

    @api.model
    def _create_from_visitor(self, values, visitor, network):
        """Hold a slot for a visitor without login, and mail him the link by which he confirms.

        The appointment belongs to nobody yet: who types the address of a customer neither sees nor changes anything of
        that customer, and the answer is the same for known and unknown addresses.

        :param dict values: as of ``_create_from_customer``, without guests
        :param dict visitor: ``name``, ``email``, ``phone``: texts
        :param str network: the network address from which he comes
        :return: the appointment, in sudo
        :raises UserError: if too many come from there or go to that address, or the values are wrong
        """
        if not self.env.user._is_public():
            raise AccessError(self.env._('Only visitors can do this.'))
        if foreign := sorted(set(values) - self._customer_fields | set(values) & {'guest_emails'}):
            raise AccessError(self.env._('These fields cannot be set in the portal: %s', ', '.join(foreign)))
        visitor = {name: clean_text(visitor.get(name) or '').strip()[:size] for name, size in VISITOR_FIELDS.items()}
        visitor['email'] = email_normalize(visitor['email'])
        if not visitor['name'] or not visitor['email']:
            raise UserError(self.env._('Please enter your name and a valid e-mail address.'))
        kind_sudo = self._customer_type(values.get('type_id'))
        slot = self._find_slot(kind_sudo, self._read_start(values.get('start')), values.get('resource_id') or False)
        values = self._prepare_customer_values({
            name: clean_text(value) if isinstance(value, str) else value for name, value in values.items()})
        self._check_flood(kind_sudo, visitor['email'], network)
        hold = fields.Datetime.now() + timedelta(minutes=PROOF_MINUTES)
        # sudo: visitors have no right on appointments; the values were picked from the whitelist
        return self.sudo().with_context(**{CANDIDATES_KEY: kind_sudo._order_candidates(slot)}).create(dict(
            values, name=kind_sudo.with_context(lang=self.env.lang).name, partner_id=self._unproven().id,
            company_id=self.env.user.company_id.id, state='offered', hold_kind='proof',
            hold_until=min(hold, values['start']), visitor_lang=self.env.lang,
            **{f'visitor_{name}': text for name, text in visitor.items()})).with_env(self.env(su=True))

    @api.model
    def _check_flood(self, kind_sudo, email, network):
        """Refuse what would flood us, or by our mails somebody else.

        :raises UserError: with the same words for every address
        """
        if not kind_sudo._has_room_for_unproven() or not self.env['customer.visit']._take(
                FORM, network, email, uuid.uuid4().hex, CAPS, CAP_HOURS):
            raise UserError(self.env._('There were too many bookings. Please try again later, or call us.'))

    @api.model
    def _unproven(self):
        """Return the contact that stands for everybody who has not confirmed yet, in sudo."""
        return self.env.ref('customer_agenda_website.res_partner_unproven').sudo()

    def _is_unproven(self):
        """Tell whether the visitor has not confirmed (yet)."""
        self.ensure_one()
        return bool(self.sudo().visitor_email) and self.sudo().partner_id == self._unproven()

    # ------------------------------------------------------------------
    # Confirmation
    # ------------------------------------------------------------------

    def _accept_offer(self):
        """Give the appointment to its owner now that the visitor has proved his mailbox; also ask what is next."""
        if self._is_unproven() and self.state == 'offered':
            contact = self._visitor_contact() or self._create_visitor_contact()
            self.with_context(tracking_disable=True).write({'partner_id': contact.id})
        return super()._accept_offer()

    def _accepted_state(self):
        if self.hold_kind == 'proof':
            return self.type_id._booked_state()
        return super()._accepted_state()

    def _visitor_contact(self):
        """Return the contact to whom the proven mailbox belongs (sudo): only if it leads to one customer.

        Staff are nobody's customers; who lost his last access to a customer is no contact of his any more.
        """
        found = self.env['res.partner'].search([
            ('email_normalized', '=', self.visitor_email), ('company_id', 'in', [self.company_id.id, False]),
            ('commercial_partner_id', 'not in', self.env['res.company'].search([]).partner_id.ids)])
        found = found.filtered(lambda partner: self._is_open_contact(partner.with_context(active_test=False)))
        if len(found.commercial_partner_id) != 1:
            return found.browse()
        return found.sorted(lambda partner: (partner.type != 'contact', partner.id))[0]

    def _is_open_contact(self, partner):
        """Tell whether a contact has no login at all, or an activated access."""
        users = partner.user_ids
        if any(user._is_internal() for user in users):
            return False
        return not users or bool(self.env['customer.access'].search_count([
            ('partner_id', '=', partner.id), ('state', '=', 'activated')], limit=1))

    def _create_visitor_contact(self):
        """Return a new contact of its own for the visitor (sudo)."""
        return self.env['res.partner'].with_context(tracking_disable=True).create({
            'name': self.visitor_name, 'email': self.visitor_email, 'phone': self.visitor_phone,
            'lang': self._customer_lang(), 'tz': self.tz})

    def _customer_lang(self):
        if self._is_unproven() and self.env['res.lang']._get_data(code=self.visitor_lang):
            return self.visitor_lang
        return super()._customer_lang()

    @api.autovacuum
    def _gc_unproven(self):
        """Delete what nobody confirmed, with what was typed."""
        self.with_context(tracking_disable=True).search([
            ('partner_id', '=', self._unproven().id), ('state', '=', 'cancelled'),
            ('write_date', '<', fields.Datetime.now() - timedelta(days=KEPT_DAYS))]).unlink()

    # ------------------------------------------------------------------
    # Calendar and mail
    # ------------------------------------------------------------------

    def _sync_event(self):
        """What nobody has confirmed stands in no calendar; the time is held all the same."""
        return super(CustomerAppointment, self.filtered(lambda one: not one._is_unproven()))._sync_event()

    def _expiry_reason(self):
        if self.hold_kind == 'proof':
            return self.env._('The visitor did not confirm in time.')
        return super()._expiry_reason()

    def _mail_values(self, event, old_start=None):
        """Mail the link to the visitor, and nothing else to anybody, until he has confirmed.

        Nothing that he typed stands in that mail: it may go to somebody who did not ask for it.
        """
        if not self._is_unproven():
            return super()._mail_values(event, old_start)
        return [self._mail_to(event, self._customer_lang(), email=self.visitor_email)] if event == 'offered' else []

    def _mail_link(self, partner, is_staff):
        if self._is_unproven() and not is_staff:
            return f'{self.get_base_url()}{self.access_url}?link={self._link_token()}'
        return super()._mail_link(partner, is_staff)

    def _mail_subject(self, event):
        if event == 'offered' and self.hold_kind == 'proof':
            return self.env._('Please confirm: %(name)s, %(when)s', name=self.name, when=self.when)
        return super()._mail_subject(event)
