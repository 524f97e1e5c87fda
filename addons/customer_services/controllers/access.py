import re

from werkzeug.exceptions import NotFound

from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain
from odoo.http import request, route
from odoo.tools.translate import LazyTranslate

from ..portal_list import Choice, PortalList, clean_text
from .portal import CustomerServicesPortal

_lt = LazyTranslate(__name__)

ACCESSES = PortalList(
    model='customer.access',
    url='/my/accesses',
    page_name='access',
    title=_lt('Accesses'),
    template='customer_services.portal_my_accesses',
    fields=('name', 'email', 'scope', 'state', 'manages_accesses', 'customer_id', 'partner_id', 'user_id'),
    sortings={
        'name': Choice(_lt('Name'), 'name, id'),
        'state': Choice(_lt('State'), 'state, name, id'),
        'newest': Choice(_lt('Newest'), 'id desc'),
    },
    filters={
        'all': Choice(_lt('All'), []),
        'open': Choice(_lt('With access'), [('state', '=', 'activated')]),
        'waiting': Choice(_lt('Invited'), [('state', 'in', ('invited', 'expired'))]),
        'closed': Choice(_lt('Blocked or revoked'), [('state', 'in', ('blocked', 'revoked'))]),
    },
    searches={
        'all': Choice(_lt('Everything'), lambda text: Domain.OR(
            Domain(name, 'ilike', text) for name in ('name', 'email'))),
    },
    groupings={
        'none': Choice(_lt('None'), None),
        'customer': Choice(_lt('Customer'), 'customer_id'),
        'state': Choice(_lt('State'), 'state'),
    },
    empty=_lt('Nobody has access yet.'),
)


class CustomerAccessPortal(CustomerServicesPortal):
    """Who has access to the visitor's customers; who manages accesses also invites and revokes."""

    def _portal_cards(self):
        cards = super()._portal_cards()
        if not request.env.user._is_portal():
            return cards
        return cards + [{
            'title': request.env._('Accesses'),
            'text': request.env._('See who else has access'),
            'url': ACCESSES.url,
            'icon': 'fa-users',
            'model': 'customer.access',
            'domain': [('state', '=', 'activated')],
            'is_hidden_empty': True,
        }]

    @route(['/my/accesses', '/my/accesses/page/<int:page>'], type='http', auth='user', website=True, readonly=True)
    def portal_my_accesses(self, page=1, **params):
        """List who has access to the visitor's customers."""
        return self._render_accesses(page, **{name: text for name, text in params.items() if name != 'error'})

    def _render_accesses(self, page=1, /, error=None, **params):
        if not request.env['customer.access'].has_access('read'):
            raise NotFound
        response = self._render_portal_list(ACCESSES, page, **params)
        accesses = response.qcontext['records']
        Access = request.env['customer.access']
        # sudo: the names of the customers and kinds of accesses that the visitor may see
        accesses_sudo = accesses.sudo()
        response.qcontext.update(
            labels={
                name: dict(Access._fields[name]._description_selection(request.env)) for name in ('scope', 'state')},
            customers={access.id: access.customer_id.name for access in accesses_sudo},
            kinds={access.id: ', '.join(access.kind_ids.mapped('name')) for access in accesses_sudo},
            has_customers=len(accesses_sudo.customer_id) > 1,
            manageable=accesses._manageable_colleagues(),
            can_invite=bool(Access._my_managing_accesses()),
            me=request.env.user.partner_id,
            error=error,
            done=params.get('done') if params.get('done') in ('invited', 'revoked') else None,
        )
        return response

    @route('/my/accesses/new', type='http', auth='user', website=True, readonly=True, methods=['GET'])
    def portal_my_access_new(self, **params):
        """Show the form by which a colleague is invited."""
        return self._render_new_access()

    @route('/my/accesses/new', type='http', auth='user', website=True, methods=['POST'])
    def portal_my_access_create(self, form_key='', **params):
        """Invite a colleague; on an error the form comes back with what was typed."""
        typed = {name: ' '.join(clean_text(params.get(name)).split())
                 for name in ('customer_id', 'name', 'email', 'phone', 'scope')}
        mine = request.env['customer.access']._my_managing_accesses()
        if not mine:
            raise NotFound
        values = dict(
            typed, customer_id=_to_id(typed['customer_id']) if len(mine) > 1 else mine.customer_id.id,
            kind_ids=[_to_id(kind) for kind in request.httprequest.form.getlist('kind_ids')])
        Access = request.env['customer.access']
        errors = Access._colleague_errors(values)
        try:
            if not errors:
                self._submit_once(form_key, lambda: Access._invite_colleague(values))
                return request.redirect(f'{ACCESSES.url}?done=invited')
        except UserError as error:
            errors[''] = error.args[0]
        return self._render_new_access(errors, dict(typed, kind_ids=values['kind_ids']))

    def _render_new_access(self, errors=None, values=None):
        mine = request.env['customer.access']._my_managing_accesses()
        if not mine:
            raise NotFound
        labels = dict(mine._fields['scope']._description_selection(request.env))
        scopes = {access.scope for access in mine}
        if 'all' in scopes:
            scopes = set(labels)
        names = request.env['customer.transaction.mixin']._customer_document_models()
        # sudo: the names of kinds of documents that the visitor may give on
        kinds_sudo = request.env['ir.model'].sudo().search([('model', 'in', names)])
        if not any(access.scope == 'all' for access in mine):
            kinds_sudo &= mine.kind_ids
        if not kinds_sudo:
            scopes -= {'kinds'}
        return request.render('customer_services.portal_my_access_new', {
            **self._prepare_portal_layout_values(),
            'page_name': 'access_new',
            'customers_sudo': mine.customer_id,
            'scopes': [(name, labels[name]) for name in ('own', 'all', 'kinds') if name in scopes],
            'kinds_sudo': kinds_sudo if 'kinds' in scopes else kinds_sudo.browse(),
            'form_key': self._new_form_key(),
            'errors': errors or {},
            'values': values or {},
        })

    @route('/my/accesses/<int:access_id>/revoke', type='http', auth='user', website=True, methods=['POST'])
    def portal_my_access_revoke(self, access_id, **params):
        """Revoke the access of a colleague."""
        return self._change_access(access_id, lambda access: access._revoke_colleague(), 'revoked')

    @route('/my/accesses/<int:access_id>/invite', type='http', auth='user', website=True, methods=['POST'])
    def portal_my_access_invite(self, access_id, **params):
        """Send the invitation of a colleague again."""
        return self._change_access(access_id, lambda access: access._resend_to_colleague(), 'invited')

    def _change_access(self, access_id, change, done):
        """Change one access for the visitor; missing, foreign and forbidden ones give the same answer.

        :param change: function of the access, with the rights of the visitor
        :param str done: what the list says afterwards
        """
        access = request.env['customer.access'].browse(access_id if access_id < 2 ** 31 else 0).exists()
        try:
            if not access:
                raise NotFound
            with request.env.cr.savepoint():
                change(access)
        except AccessError:
            raise NotFound from None
        except UserError as error:
            return self._render_accesses(error=error.args[0])
        return request.redirect(f'{ACCESSES.url}?done={done}')


def _to_id(text):
    """Return what a form sent as id, or -1 if it is none."""
    return int(text) if re.fullmatch('[0-9]{1,9}', text) else -1
