import re

from werkzeug.exceptions import NotFound

from odoo.exceptions import UserError
from odoo.http import request, route
from odoo.tools import consteq
from odoo.tools.translate import LazyTranslate

from odoo.addons.customer_services.controllers.portal import CustomerServicesPortal
from odoo.addons.customer_services.portal_list import Choice, PortalList, Waiting, clean_text, contains

from ..const import FILES_KEY, MAX_SUBJECT, MAX_TEXT
from ..quotes import fold_quotes

_lt = LazyTranslate(__name__)


TICKETS = PortalList(
    model='customer.ticket',
    url='/my/tickets',
    page_name='ticket',
    title=_lt('Tickets'),
    template='customer_helpdesk.portal_my_tickets',
    fields=('number', 'name', 'stage_id', 'state', 'team_id', 'partner_id', 'last_message_date'),
    sortings={
        'newest': Choice(_lt('Newest'), 'id desc'),
        'update': Choice(_lt('Last message'), 'last_message_date desc, id desc'),
        'subject': Choice(_lt('Subject'), 'name, id desc'),
        'stage': Choice(_lt('Stage'), 'stage_id, id desc'),
    },
    filters={
        'all': Choice(_lt('All'), []),
        'open': Choice(_lt('Open'), [('is_closed', '=', False)]),
        'waiting': Choice(_lt('Waiting for you'), [('state', '=', 'waiting')]),
        'closed': Choice(_lt('Closed'), [('is_closed', '=', True)]),
    },
    searches={
        'all': Choice(_lt('Everything'), contains('number', 'name', 'description')),
        'number': Choice(_lt('Number'), contains('number')),
        'subject': Choice(_lt('Subject'), contains('name')),
        'text': Choice(_lt('Text'), contains('description')),
    },
    groupings={
        'none': Choice(_lt('None'), None),
        'stage': Choice(_lt('Stage'), 'stage_id'),
        'team': Choice(_lt('Team'), 'team_id'),
    },
    empty=_lt('No tickets yet. Open one whenever you need help.'),
    new_url='/my/tickets/new',
    new_label=_lt('New ticket'),
)


class CustomerTicketPortal(CustomerServicesPortal):

    # ------------------------------------------------------------------
    # Home
    # ------------------------------------------------------------------

    def _portal_actions(self):
        return super()._portal_actions() + [Waiting(
            'customer.ticket', [('state', '=', 'waiting')], ('number', 'name', 'last_message_date'),
            'last_message_date, id', lambda ticket: {
                'title': ticket.display_name,
                'url': ticket.access_url,
                'label': request.env._('Answer'),
                'date': ticket.last_message_date,
            })]

    def _portal_cards(self):
        return super()._portal_cards() + [{
            'title': request.env._('Tickets'),
            'text': request.env._('Ask a question, report a problem, follow the answers'),
            'url': TICKETS.url,
            'icon': 'fa-life-ring',
            'model': 'customer.ticket',
            'domain': [('is_closed', '=', False)],
        }]

    # ------------------------------------------------------------------
    # List and page
    # ------------------------------------------------------------------

    @route(['/my/tickets', '/my/tickets/page/<int:page>'], type='http', auth='user', website=True, readonly=True)
    def portal_my_tickets(self, page=1, **params):
        """List the tickets that the visitor may see."""
        return self._render_portal_list(TICKETS, page, **params)

    @route('/my/tickets/<int:ticket_id>', type='http', auth='public', website=True, readonly=True)
    def portal_my_ticket(self, ticket_id, access_token=None, **params):
        """Show one ticket: to who may see it, or to who holds a link to it; each use of a link is logged."""
        ticket, link = self._get_ticket(ticket_id, access_token)
        if link:
            link._log_use('opened', request.httprequest.remote_addr)
        shown = {name: params[name] for name in ('all', 'sent', 'created', 'shown') if name in params}
        return self._render_ticket(ticket, access_token=access_token, link=link, **shown)

    @route('/my/tickets/<int:ticket_id>/files/<int:attachment_id>', type='http', auth='public', website=True,
           readonly=True)
    def portal_my_ticket_file(self, ticket_id, attachment_id, access_token=None, **params):
        """Send a file of the conversation."""
        ticket, _link = self._get_ticket(ticket_id, access_token)
        return self._send_attachment(ticket, attachment_id)

    @route('/my/tickets/<int:ticket_id>/reply', type='http', auth='public', website=True, methods=['POST'])
    def portal_my_ticket_reply(self, ticket_id, body='', form_key='', access_token=None, guest='', **params):
        """Post what the customer, or the holder of a link, wrote; on an error the page comes back with his text."""
        ticket, link = self._get_ticket(ticket_id, access_token)
        body = clean_text(body).strip()
        try:
            if len(body) > MAX_TEXT:
                raise UserError(request.env._('The text is too long: at most %s characters.', MAX_TEXT))
            uploads = self._read_uploads()
            if link:
                self._submit_once(form_key, lambda: link._post(body, uploads, clean_text(guest)))
                link._log_use('posted', request.httprequest.remote_addr)
                return request.redirect(f'{ticket.access_url}?access_token={access_token}&sent=1#discussion')
            message = self._submit_once(form_key, lambda: self._post_reply(ticket, body, uploads))
        except UserError as error:
            return self._render_ticket(
                ticket, errors={'body': error.args[0]}, values={'body': body, 'guest': clean_text(guest)}, link=link,
                access_token=access_token)
        # an answer to what was closed long ago is on another ticket
        target = ticket.browse(message.sudo().res_id) if message.sudo().model == ticket._name else ticket
        return request.redirect(f'{target.access_url}?sent=1#discussion')

    def _get_ticket(self, ticket_id, access_token=None):
        """Open a ticket by the rights of the visitor, or by a link.

        :return: ``(ticket, link)``; by a link, or by Odoo's share token, the ticket is in sudo
        :raises NotFound: see :meth:`_get_portal_document`
        """
        link = request.env['customer.ticket.link']._find(ticket_id, access_token) if access_token else None
        if link and not request.env['customer.ticket'].browse(ticket_id).has_access('read'):
            return link.ticket_id, link
        return self._get_portal_document('customer.ticket', ticket_id, access_token), link and link.browse()

    def _render_ticket(self, ticket, errors=None, values=None, link=None, **params):
        document_values = self._portal_document_values(ticket, 'ticket', **params)
        label = request.env._('Earlier messages')
        return request.render('customer_helpdesk.portal_my_ticket', {
            **document_values,
            'ticket': ticket,
            'ticket_link': link,
            'can_reply': document_values['can_reply'] or bool(link and link.kind in ('guest', 'person')),
            'can_act': not ticket.env.su,
            'is_past_reopening': ticket._is_past_reopening(),
            'folded': {message.id: fold_quotes(message.body, label) for message in document_values['messages_sudo']},
            'new_link': params.get('new_link'),
            'action_error': params.get('action_error'),
            'shown': params.get('shown'),
            'is_created': bool(params.get('created')),
            'about': ticket._about_list(),
            'errors': errors or {},
            'values': values or {},
        })

    # ------------------------------------------------------------------
    # What the customer does with a ticket
    # ------------------------------------------------------------------

    def _act(self, ticket_id, action, shown=''):
        """Do something with a ticket that the visitor may see, and show it again, with what went wrong.

        :param action: function of the ticket
        :param str shown: part of the page that is open then
        """
        ticket = self._get_portal_document('customer.ticket', ticket_id)
        try:
            with request.env.cr.savepoint():
                action(ticket)
        except UserError as error:
            return self._render_ticket(ticket, action_error=error.args[0], shown=shown)
        return request.redirect(f'{ticket.access_url}?shown={shown}#{shown}' if shown else ticket.access_url)

    @route('/my/tickets/<int:ticket_id>/close', type='http', auth='user', website=True, methods=['POST'])
    def portal_my_ticket_close(self, ticket_id, **params):
        """Close the ticket."""
        return self._act(ticket_id, lambda ticket: ticket._close_by_customer())

    @route('/my/tickets/<int:ticket_id>/reopen', type='http', auth='user', website=True, methods=['POST'])
    def portal_my_ticket_reopen(self, ticket_id, **params):
        """Open the ticket again."""
        return self._act(ticket_id, lambda ticket: ticket._reopen_by_customer())

    @route('/my/tickets/<int:ticket_id>/copied', type='http', auth='user', website=True, methods=['POST'])
    def portal_my_ticket_copied_add(self, ticket_id, email='', **params):
        """Put somebody in copy."""
        return self._act(ticket_id, lambda ticket: ticket._add_copied_by_customer(clean_text(email)), 'people')

    @route('/my/tickets/<int:ticket_id>/copied/<int:cc_id>/remove', type='http', auth='user', website=True,
           methods=['POST'])
    def portal_my_ticket_copied_remove(self, ticket_id, cc_id, **params):
        """Take somebody out of the copy."""
        return self._act(ticket_id, lambda ticket: ticket._remove_copied_by_customer(cc_id), 'people')

    @route('/my/tickets/<int:ticket_id>/links', type='http', auth='user', website=True, methods=['POST'])
    def portal_my_ticket_link_add(self, ticket_id, kind='', days='', note='', **params):
        """Make a link and show it, once."""
        ticket = self._get_portal_document('customer.ticket', ticket_id)
        days = int(days) if re.fullmatch('[0-9]{1,3}', days) else 0
        try:
            link = ticket._share_by_customer(kind, days, clean_text(note))
        except UserError as error:
            return self._render_ticket(ticket, action_error=error.args[0], shown='links')
        return self._render_ticket(ticket, new_link=link._url(), shown='links')

    @route('/my/tickets/<int:ticket_id>/links/<int:link_id>/revoke', type='http', auth='user', website=True,
           methods=['POST'])
    def portal_my_ticket_link_revoke(self, ticket_id, link_id, **params):
        """Void a link."""
        return self._act(ticket_id, lambda ticket: ticket._revoke_by_customer(link_id), 'links')

    # ------------------------------------------------------------------
    # Rating
    # ------------------------------------------------------------------

    @route('/my/tickets/<int:ticket_id>/rating/<string:token>', type='http', auth='public', website=True,
           readonly=True, methods=['GET'])
    def portal_my_ticket_rating(self, ticket_id, token, **params):
        """Show the form for a rating: opening it rates nothing, since mail scanners open links."""
        ticket, rating = self._get_rating(ticket_id, token)
        return self._render_rating(ticket, rating)

    @route('/my/tickets/<int:ticket_id>/rating/<string:token>', type='http', auth='public', website=True,
           methods=['POST'])
    def portal_my_ticket_rate(self, ticket_id, token, rating='', feedback='', **params):
        """Store a rating, once."""
        ticket, rating_sudo = self._get_rating(ticket_id, token)
        try:
            ticket._rate(rating_sudo, int(rating) if rating in ('1', '2', '3', '4', '5') else 0, clean_text(feedback))
        except UserError as error:
            return self._render_rating(ticket, rating_sudo, error.args[0])
        return request.redirect(f'{ticket.access_url}/rating/{token}')

    def _get_rating(self, ticket_id, token):
        """Return the ticket and the rating with this token, both in sudo.

        :raises NotFound: for any other token
        """
        # sudo: the visitor has no right of his own, the token is what he has
        rating_sudo = request.env['rating.rating'].sudo().search(
            [('access_token', '=', token), ('res_model', '=', 'customer.ticket'), ('res_id', '=', ticket_id)], limit=1)
        if not rating_sudo or not consteq(rating_sudo.access_token.encode(), token.encode(errors='replace')):
            raise NotFound
        return request.env['customer.ticket'].sudo().browse(ticket_id), rating_sudo

    def _render_rating(self, ticket, rating, error=''):
        return request.render('customer_helpdesk.portal_my_ticket_rating', {
            **self._prepare_portal_layout_values(),
            'page_name': 'ticket_rating',
            'ticket': ticket,
            'is_done': rating.consumed,
            'action': f'{ticket.access_url}/rating/{rating.access_token}',
            'error': error,
        })

    # ------------------------------------------------------------------
    # New ticket
    # ------------------------------------------------------------------

    @route('/my/tickets/new', type='http', auth='user', website=True, readonly=True, methods=['GET'])
    def portal_my_ticket_new(self, about='', **params):
        """Show the form for a new ticket, perhaps about a document of the visitor, such as ``order-42``.

        :raises NotFound: for a document that does not exist or is not his to see
        """
        if about and not request.env['customer.ticket']._find_about(clean_text(about)):
            raise NotFound
        return self._render_new_ticket(about=clean_text(about))

    @route('/my/tickets/new', type='http', auth='user', website=True, methods=['POST'])
    def portal_my_ticket_create(self, form_key='', about='', about_shown='', **params):
        """Create a ticket; on an error the form comes back with what was typed."""
        typed = {name: clean_text(params.get(name)) for name in ('name', 'description', 'team_id', 'type_id', 'priority')}
        values = {name: text for name, text in typed.items() if text}
        if 'priority' in values and not self._priorities_on_offer():
            values.pop('priority', None)  # the form did not ask for it
        for name in {'team_id', 'type_id'} & set(values):
            # what is no id is none of those on offer
            values[name] = int(values[name]) if re.fullmatch('[1-9][0-9]{0,8}', values[name]) else -1
        Ticket = request.env['customer.ticket']
        errors = Ticket._customer_errors(values)
        about, about_shown = clean_text(about), clean_text(about_shown)
        found = Ticket._find_about(about) if about else None
        if found:
            values[found[0]] = found[1].id
        elif about:
            errors['about'] = request.env._('What the ticket refers to does not exist, or you may not see it.')
        uploads = []
        try:
            uploads = self._read_uploads()
        except UserError as error:
            errors['attachments'] = error.args[0]
        try:
            if not errors:
                Ticket = Ticket.with_context({**request.env.context, FILES_KEY: uploads})
                ticket = self._submit_once(form_key, lambda: Ticket._create_from_customer(values))
                return request.redirect(f'{ticket.access_url}?created=1')
        except UserError as error:
            errors[''] = error.args[0]
        return self._render_new_ticket(errors, typed, about or about_shown, is_about_kept=bool(about))

    def _render_new_ticket(self, errors=None, values=None, about='', is_about_kept=True):
        return request.render('customer_helpdesk.portal_my_ticket_new', {
            **self._prepare_portal_layout_values(),
            'page_name': 'ticket_new',
            'teams_sudo': request.env['customer.ticket']._customer_teams(),
            'types_sudo': request.env['customer.ticket.type']._offered_to_customers(request.env.user.company_id),
            'priorities': self._priorities_on_offer(),
            'max_subject': MAX_SUBJECT,
            'about': self._about_of_form(about, is_about_kept),
            'form_key': self._new_form_key(),
            'uploads': self._upload_hints(),
            'errors': errors or {},
            'values': values or {},
        })

    def _about_of_form(self, reference, is_kept):
        """Return what the form says about the document that the new ticket is about, None without one."""
        found = request.env['customer.ticket']._find_about(reference)
        return found and {
            'reference': reference, 'is_kept': is_kept, 'name': found[1].display_name,
            'label': request.env['customer.ticket']._fields[found[0]]._description_string(request.env)}

    def _priorities_on_offer(self):
        """Return the priorities of the form as ``[(value, label), ...]``, nothing if no team lets customers choose."""
        Ticket = request.env['customer.ticket']
        team = Ticket._customer_teams().filtered('portal_priority')[:1]
        return list(Ticket._customer_priorities(team.id).items()) if team else []
