import re

from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.http import request, route
from odoo.tools import escape_psql
from odoo.tools.translate import LazyTranslate

from odoo.addons.customer_services.controllers.portal import CustomerServicesPortal
from odoo.addons.customer_services.portal_list import Choice, PortalList, clean_text

from ..const import FILES_KEY, MAX_SUBJECT, MAX_TEXT

_lt = LazyTranslate(__name__)



def _contains(*names):
    """Return a search: a function from a text to the domain of what contains it, literally, in one of the fields."""
    return lambda text: Domain.OR(Domain(name, 'ilike', escape_psql(text)) for name in names)


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
        'all': Choice(_lt('Everything'), _contains('number', 'name', 'description')),
        'number': Choice(_lt('Number'), _contains('number')),
        'subject': Choice(_lt('Subject'), _contains('name')),
        'text': Choice(_lt('Text'), _contains('description')),
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
#: tickets waiting for an answer that the home page shows
MAX_ACTIONS = 5


class CustomerTicketPortal(CustomerServicesPortal):

    # ------------------------------------------------------------------
    # Home
    # ------------------------------------------------------------------

    def _portal_actions(self):
        if not request.env['customer.ticket'].has_access('read'):
            return super()._portal_actions()
        tickets = request.env['customer.ticket'].search_fetch(
            Domain('state', '=', 'waiting') & self._portal_customer_domain('customer.ticket'),
            ['number', 'name', 'last_message_date'], order='last_message_date, id',
            limit=MAX_ACTIONS)
        return super()._portal_actions() + [{
            'title': ticket.display_name,
            'url': ticket.access_url,
            'label': request.env._('Answer'),
            'date': ticket.last_message_date,
        } for ticket in tickets]

    def _portal_cards(self):
        if not request.env['customer.ticket'].has_access('read'):
            return super()._portal_cards()
        count = request.env['customer.ticket'].search_count(
            Domain('is_closed', '=', False) & self._portal_customer_domain('customer.ticket'))
        return super()._portal_cards() + [{
            'title': request.env._('Tickets'),
            'text': request.env._('Ask a question, report a problem, follow the answers'),
            'url': TICKETS.url,
            'icon': 'fa-life-ring',
            'count': count,
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
        """Show one ticket: to who may see it, or to who holds its share token (then without reply form)."""
        ticket = self._get_portal_document('customer.ticket', ticket_id, access_token)
        shown = {name: params[name] for name in ('all', 'sent', 'created') if name in params}
        return self._render_ticket(ticket, access_token=access_token, **shown)

    @route('/my/tickets/<int:ticket_id>/files/<int:attachment_id>', type='http', auth='public', website=True,
           readonly=True)
    def portal_my_ticket_file(self, ticket_id, attachment_id, access_token=None, **params):
        """Send a file of the conversation."""
        ticket = self._get_portal_document('customer.ticket', ticket_id, access_token)
        return self._send_attachment(ticket, attachment_id)

    @route('/my/tickets/<int:ticket_id>/reply', type='http', auth='user', website=True, methods=['POST'])
    def portal_my_ticket_reply(self, ticket_id, body='', form_key='', **params):
        """Post what the customer wrote; on an error the page comes back with his text."""
        ticket = self._get_portal_document('customer.ticket', ticket_id)
        body = clean_text(body).strip()
        try:
            if len(body) > MAX_TEXT:
                raise UserError(request.env._('The text is too long: at most %s characters.', MAX_TEXT))
            uploads = self._read_uploads()
            self._submit_once(form_key, lambda: self._post_reply(ticket, body, uploads))
        except UserError as error:
            return self._render_ticket(ticket, errors={'body': error.args[0]}, values={'body': body})
        return request.redirect(f'{ticket.access_url}?sent=1#discussion')

    def _render_ticket(self, ticket, errors=None, values=None, **params):
        return request.render('customer_helpdesk.portal_my_ticket', {
            **self._portal_document_values(ticket, 'ticket', **params),
            'ticket': ticket,
            'is_created': bool(params.get('created')),
            'errors': errors or {},
            'values': values or {},
        })

    # ------------------------------------------------------------------
    # New ticket
    # ------------------------------------------------------------------

    @route('/my/tickets/new', type='http', auth='user', website=True, readonly=True, methods=['GET'])
    def portal_my_ticket_new(self, **params):
        """Show the form for a new ticket."""
        return self._render_new_ticket()

    @route('/my/tickets/new', type='http', auth='user', website=True, methods=['POST'])
    def portal_my_ticket_create(self, form_key='', **params):
        """Create a ticket; on an error the form comes back with what was typed."""
        typed = {name: clean_text(params.get(name)) for name in ('name', 'description', 'team_id')}
        values = {name: text for name, text in typed.items() if text}
        if 'team_id' in values:
            # what is no id is none of the teams on offer
            values['team_id'] = int(values['team_id']) if re.fullmatch('[1-9][0-9]{0,8}', values['team_id']) else -1
        Ticket = request.env['customer.ticket']
        errors = Ticket._customer_errors(values)
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
        return self._render_new_ticket(errors, typed)

    def _render_new_ticket(self, errors=None, values=None):
        return request.render('customer_helpdesk.portal_my_ticket_new', {
            **self._prepare_portal_layout_values(),
            'page_name': 'ticket_new',
            'teams_sudo': request.env['customer.ticket']._customer_teams(),
            'max_subject': MAX_SUBJECT,
            'form_key': self._new_form_key(),
            'uploads': self._upload_hints(),
            'errors': errors or {},
            'values': values or {},
        })
