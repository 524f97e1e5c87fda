import re
from zoneinfo import available_timezones

from werkzeug.exceptions import NotFound

from odoo.exceptions import MissingError, UserError, ValidationError
from odoo.http import request, route
from odoo.tools import email_normalize

from odoo.addons.customer_services.controllers.portal import CustomerServicesPortal
from odoo.addons.customer_services.portal_list import clean_text
from odoo.addons.customer_services.visitor import TooManyRequests, check_person, count_request, form_stamp

from ..const import CAPS, CAPTCHA_ACTION, FORM, TYPED, WITHDRAWAL_URL

ZONES = available_timezones()
#: header of pages that no search engine and no proxy keeps
PRIVATE = {'X-Robots-Tag': 'noindex', 'Cache-Control': 'no-store', 'Referrer-Policy': 'no-referrer'}


class CustomerWithdrawalPages(CustomerServicesPortal):
    """The withdrawal function for consumers: two steps, no login, the same answers for known and unknown orders."""

    # ------------------------------------------------------------------
    # Statement
    # ------------------------------------------------------------------

    @route(WITHDRAWAL_URL, type='http', auth='public', website=True, readonly=True, sitemap=True, methods=['GET'])
    def withdrawal_new(self, order='', **params):
        """Show the form; who is logged in finds his name and address in it."""
        values = {'order_ref': clean_text(order)[:TYPED['order_ref']]}
        if not request.env.user._is_public():
            partner_sudo = request.env.user.partner_id.sudo()  # his own contact
            values.update(person=partner_sudo.name or '', email=partner_sudo.email or '')
        return self._render_statement('withdrawal_new', values)

    @route(WITHDRAWAL_URL, type='http', auth='public', website=True, methods=['POST'])
    def withdrawal_check(self, form_key='', stamp='', edit='', **params):
        """Show what is about to be stated, with the button that states it; nothing is stored yet."""
        values = self._typed_statement(params)
        errors = {} if edit else self._check_statement(values, form_key, {**params, 'stamp': stamp})
        page = 'withdrawal_new' if edit or errors else 'withdrawal_confirm'
        return self._render_statement(page, values, errors, form_key, stamp)

    @route('/withdrawal/confirm', type='http', auth='public', website=True, methods=['POST'])
    def withdrawal_confirm(self, form_key='', stamp='', **params):
        """Keep the statement and acknowledge it: by this page and by mail."""
        values = self._typed_statement(params)
        errors = self._check_statement(values, form_key, {**params, 'stamp': stamp}, CAPTCHA_ACTION)
        status = 200
        try:
            if not errors:
                withdrawal = self._submit_once(form_key, lambda: self._state(values, form_key))
                # sudo: the time of the visitor's own statement
                return request.render('customer_rma_website.withdrawal_received', {
                    'values': values, 'when': withdrawal.sudo().when})
        except TooManyRequests as error:
            errors, status = {'': error.args[0]}, 429
        return self._render_statement('withdrawal_new', values, errors, form_key, stamp, status)

    def _typed_statement(self, params):
        return {name: clean_text(params.get(name)).strip() for name in TYPED if clean_text(params.get(name)).strip()}

    def _check_statement(self, values, form_key, params, captcha=''):
        """Return what is wrong with the form, by field."""
        errors = request.env['customer.withdrawal']._statement_errors(values)
        try:
            if not errors:
                check_person(FORM, form_key, params, captcha)
        except UserError as error:
            errors[''] = error.args[0]
        return errors

    def _state(self, values, form_key):
        count_request(FORM, email_normalize(values['email']), form_key, CAPS)
        company = request.website.sudo().company_id  # sudo: the company that the website serves
        wanted = (request.httprequest.cookies.get('tz'), company.partner_id.tz)
        zone = next((name for name in wanted if name in ZONES), 'UTC')
        return request.env['customer.withdrawal']._create_from_visitor(values, company, zone)

    def _render_statement(self, page, values, errors=None, form_key='', stamp='', status=200):
        form_key, stamp = form_stamp(FORM, form_key, stamp)
        response = request.render(f'customer_rma_website.{page}', {
            'values': values, 'errors': errors or {}, 'limits': TYPED, 'form_key': form_key, 'stamp': stamp,
            'captcha_action': CAPTCHA_ACTION})
        response.status_code = status
        return response

    # ------------------------------------------------------------------
    # The link in the mail
    # ------------------------------------------------------------------

    @route('/withdrawal/link/<string:token>', type='http', auth='public', website=True, readonly=True, sitemap=False,
           methods=['GET'], multilang=False)
    def withdrawal_link(self, token, **params):
        """Show what can be sent back; nothing happens before the button.

        :raises NotFound: if the link does not work (any more)
        """
        return self._render_link(token)

    @route('/withdrawal/link/<string:token>', type='http', auth='public', website=True, methods=['POST'], sitemap=False,
           multilang=False)
    def withdrawal_use_link(self, token, form_key='', **params):
        """Use the link up: the mailbox is proven, and the return is made of what was chosen.

        :raises NotFound: if the link does not work (any more)
        """
        typed = {name: clean_text(text) for name, text in params.items() if re.fullmatch('quantity_[0-9]{1,9}', name)}
        try:
            quantities = {int(name.partition('_')[2]): _quantity(text) for name, text in typed.items()}
            quantities = {number: quantity for number, quantity in quantities.items() if quantity}
            withdrawal = self._submit_once(
                form_key, lambda: request.env['customer.withdrawal']._use_link(token, quantities))
        except MissingError:
            raise NotFound from None
        except (UserError, ValidationError) as error:
            return self._render_link(token, {'': error.args[0]}, typed)
        withdrawal_sudo = withdrawal.sudo()  # whoever used the link up, or sent the same form again
        if withdrawal_sudo._name != 'customer.withdrawal' or not withdrawal_sudo.rma_id:
            return request.render('customer_rma_website.withdrawal_proven', {}, headers=PRIVATE)
        return request.redirect(withdrawal_sudo._return_url())

    def _render_link(self, token, errors=None, values=None):
        withdrawal_sudo = request.env['customer.withdrawal']._find_by_link(token)
        if not withdrawal_sudo:
            raise NotFound
        is_matched = withdrawal_sudo._is_matched() and not withdrawal_sudo.rma_id
        return request.render('customer_rma_website.withdrawal_link', {
            'withdrawal_sudo': withdrawal_sudo, 'token': token, 'form_key': self._new_form_key(),
            # of somebody else's order nothing is shown
            'items': withdrawal_sudo._items() if is_matched else [], 'errors': errors or {}, 'values': values or {},
        }, headers=PRIVATE)


def _quantity(text):
    """Return the number in a text, -1 for what is none, which nobody can send back."""
    text = text.strip().replace(',', '.') or '0'
    return float(text) if re.fullmatch(r'[0-9]{1,9}(\.[0-9]{1,6})?', text) else -1
