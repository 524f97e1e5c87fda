import re

from werkzeug.exceptions import NotFound

from odoo.exceptions import UserError
from odoo.http import request, route
from odoo.tools import email_normalize

from odoo.addons.customer_helpdesk.const import MAX_SUBJECT
from odoo.addons.customer_helpdesk.controllers.portal import CustomerTicketPortal
from odoo.addons.customer_services.portal_list import clean_text
from odoo.addons.customer_services.visitor import TooManyRequests, check_person, count_request, form_stamp

from ..const import CAPS, CAPTCHA_ACTION, FORM, MAX_EMAIL, MAX_NAME, SUPPORT_URL, WEBSITE_KEY


class CustomerSupport(CustomerTicketPortal):
    """The form for visitors: known or not, they get the same answers."""

    @route(SUPPORT_URL, type='http', auth='public', website=True, readonly=True, sitemap=True, methods=['GET'])
    def support_new(self, **params):
        """Show the form; who has a login asks in the portal, where he is known.

        :raises NotFound: if no team takes requests of visitors
        """
        if request.env.user._is_portal():
            return request.redirect('/my/tickets/new')
        return self._render_support()

    @route(SUPPORT_URL, type='http', auth='public', website=True, methods=['POST'])
    def support_create(self, form_key='', stamp='', **params):
        """Open a ticket; on an error the form comes back with what was typed.

        :raises NotFound: if no team takes requests of visitors
        """
        typed = {name: clean_text(params.get(name)) for name in (
            'person', 'email', 'name', 'description', 'team_id', 'type_id')}
        form_key, stamp = clean_text(form_key)[:64], clean_text(stamp)
        Ticket = self._visitor_tickets()
        if not Ticket._customer_teams():
            raise NotFound
        values = {name: text for name, text in typed.items() if text}
        for name in {'team_id', 'type_id'} & set(values):
            # what is no id is none of those on offer
            values[name] = int(values[name]) if re.fullmatch('[1-9][0-9]{0,8}', values[name]) else -1
        errors, uploads = Ticket._visitor_errors(values), []
        try:
            uploads = self._read_uploads()
        except UserError as error:
            errors['attachments'] = error.args[0]
        try:
            if not errors:
                check_person(FORM, form_key, {**params, 'stamp': stamp}, CAPTCHA_ACTION)
                self._submit_once(form_key, lambda: self._create_for_visitor(Ticket, values, uploads, form_key))
                return request.redirect('/support/thanks')
        except UserError as error:
            errors[''] = error.args[0]
            if isinstance(error, TooManyRequests):
                return self._render_support(errors, typed, form_key, stamp, status=429)
        return self._render_support(errors, typed, form_key, stamp)

    @route('/support/thanks', type='http', auth='public', website=True, readonly=True, sitemap=False)
    def support_thanks(self, **params):
        """Say that a request arrived: the same to everybody."""
        return request.render('customer_helpdesk_website.support_thanks', {})

    @route('/support/suggestions', type='http', auth='public', website=True, readonly=True, sitemap=False,
           multilang=False)
    def support_suggestions(self, q='', **params):
        """Return published pages that may answer what is being typed, as JSON."""
        return request.make_json_response(
            {'suggestions': request.website._suggest_answers(clean_text(q))},
            headers={'Cache-Control': 'private, max-age=60', 'X-Robots-Tag': 'noindex'})

    # ------------------------------------------------------------------
    # Steps
    # ------------------------------------------------------------------

    def _visitor_tickets(self):
        """Return the model of tickets with what visitors of this website may choose from."""
        return request.env['customer.ticket'].with_context({
            **request.env.context, WEBSITE_KEY: request.website.sudo()})  # sudo: the company that the website serves

    def _create_for_visitor(self, Ticket, values, uploads, form_key):
        """Create the ticket if the caps allow it.

        :raises TooManyRequests: if they do not
        """
        count_request(FORM, email_normalize(values['email']), form_key, CAPS)
        return Ticket._create_from_visitor(values, uploads)

    def _render_support(self, errors=None, values=None, form_key='', stamp='', status=200):
        Ticket = self._visitor_tickets()
        teams_sudo = Ticket._customer_teams()
        if not teams_sudo:
            raise NotFound
        form_key, stamp = form_stamp(FORM, form_key, stamp)
        response = request.render('customer_helpdesk_website.support_new', {
            'teams_sudo': teams_sudo,
            'types_sudo': request.env['customer.ticket.type']._offered_to_customers(request.website.sudo().company_id),
            'max_subject': MAX_SUBJECT,
            'max_name': MAX_NAME,
            'max_email': MAX_EMAIL,
            'captcha_action': CAPTCHA_ACTION,
            'form_key': form_key,
            'stamp': stamp,
            'uploads': self._upload_hints(),
            'errors': errors or {},
            'values': values or {},
        })
        response.status_code = status
        return response
