from werkzeug.exceptions import NotFound

from odoo.fields import Domain
from odoo.http import request, route
from odoo.tools import escape_psql
from odoo.tools.translate import LazyTranslate

from odoo.addons.customer_services.portal_list import Choice, PortalList

from .portal import CustomerFilePortal

_lt = LazyTranslate(__name__)

REQUESTS = PortalList(
    model='customer.file.request',
    url='/my/requests',
    page_name='file_requests',
    title=_lt('Requested documents'),
    template='customer_project.portal_my_requests',
    fields=('name', 'project_id', 'state', 'date_due', 'partner_id'),
    sortings={
        'due': Choice(_lt('Due date'), 'is_done, date_due, id'),
        'newest': Choice(_lt('Newest'), 'id desc'),
        'name': Choice(_lt('Name'), 'name, id'),
    },
    filters={
        'open': Choice(_lt('Open'), [('is_done', '=', False)]),
        'waiting': Choice(_lt('Waiting for you'), [('state', 'in', ('open', 'returned'))]),
        'all': Choice(_lt('All'), []),
    },
    searches={'all': Choice(_lt('Everything'), lambda text: Domain.OR(
        Domain(name, 'ilike', escape_psql(text)) for name in ('name', 'description')))},
    groupings={
        'none': Choice(_lt('None'), None),
        'project': Choice(_lt('Project'), 'project_id'),
        'state': Choice(_lt('State'), 'state'),
    },
    empty=_lt('Nothing was asked for.'),
)


class CustomerFileRequestPortal(CustomerFilePortal):

    @route(['/my/requests', '/my/requests/page/<int:page>'], type='http', auth='user', website=True, readonly=True)
    def portal_my_requests(self, page=1, **params):
        """List the documents that were asked for."""
        if not request.env['customer.file.request'].has_access('read'):
            raise NotFound
        response = self._render_portal_list(REQUESTS, page, **params)
        field = request.env['customer.file.request']._fields['state']
        response.qcontext['labels'] = dict(field._description_selection(request.env))
        return response

    @route('/my/requests/<int:request_id>', type='http', auth='user', website=True, readonly=True)
    def portal_my_request(self, request_id, **params):
        """Show one request with what came for it."""
        return self._render_request(self._get_request(request_id), done=params.get('done'))

    def _get_request(self, request_id):
        document = self._get_portal_document('customer.file.request', request_id)
        # sudo: whether it is part of a template
        if document.env.su or document.sudo().project_id.is_template:
            raise NotFound
        return document

    def _render_request(self, document, error=None, done=None):
        field = document._fields['state']
        return request.render('customer_project.portal_my_request', {
            **self._prepare_portal_layout_values(),
            'page_name': 'file_request',
            'document': document,
            'document_sudo': document.sudo(),  # names of what the visitor may see
            'files': request.env['customer.file'].search(
                [('request_id', '=', document.id), ('version_id', '!=', False)]),
            'labels': dict(field._description_selection(request.env)),
            'may_upload': document._customer_may_upload(),
            'uploads': self._file_upload_hints(),
            'error': error,
            'done': done,
        })
