import re
import uuid
from urllib.parse import urlencode

from werkzeug.exceptions import NotFound, abort

from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.http import request, route
from odoo.tools import SQL, consteq, plaintext2html

from odoo.addons.portal.controllers.portal import CustomerPortal
from odoo.addons.portal.controllers.portal import pager as portal_pager

from ..const import CUSTOMER_KEY
from ..fetching import column_names, fetch_together
from ..formats import page_formats
from ..portal_list import clean_text, split_groups
from ..uploads import clean_name

#: how many messages of a thread a page shows before it is asked for all
THREAD_PAGE = 50
THREAD_MAX = 1000
#: how many documents of a kind the home page shows that wait for the customer
MAX_ACTIONS = 5


class CustomerServicesPortal(CustomerPortal):
    """What all pages of the suite share: home, lists, documents, threads, forms."""

    # ------------------------------------------------------------------
    # Home
    # ------------------------------------------------------------------

    @route()
    def home(self, **kw):
        customer_values = self._portal_customer_values()
        response = super().home(**kw)
        # sudo: his own picture, which Odoo would read twice with a search below his customer for each of the sizes
        partner_sudo = request.env.user.partner_id.sudo()
        partner_sudo.mapped('avatar_1024')
        partner_sudo.mapped('avatar_128')
        response.qcontext.update(customer_values, **self._home_values())
        return response

    def _portal_actions(self):
        """Return what waits for the customer, as list of :class:`Waiting`; what he may not read is left out later."""
        return []

    def _portal_cards(self):
        """Return the cards of the home page.

        :return: list of dicts ``title``, ``text``, ``url``, ``icon``, ``model`` (without a right to read it there is no
            card), ``domain`` of what the card counts (None: nothing), ``is_hidden_empty`` (optional)
        """
        return []

    def _home_values(self):
        """Return what the home page shows of the addons, looked up with the rights of the visitor.

        One query counts everything, so that only what is there is read.
        """
        def readable(model):
            return request.env[model].has_access('read')

        def query(model, domain):
            return request.env[model]._search(Domain(domain) & self._portal_customer_domain(model)).subselect()

        cards = [{**card, 'count': 0} for card in self._portal_cards() if readable(card['model'])]
        waiting = [part for part in self._portal_actions() if readable(part.model)]
        parts = [
            *(SQL('SELECT %s, count(*) FROM %s AS counted', number, query(card['model'], card['domain']))
              for number, card in enumerate(cards) if card['domain'] is not None),
            *(SQL('SELECT %s, 1 WHERE EXISTS%s', len(cards) + number, query(part.model, part.domain))
              for number, part in enumerate(waiting))]
        found = dict(request.env.execute_query(SQL(' UNION ALL ').join(parts))) if parts else {}
        actions = []
        for number, part in enumerate(waiting):
            if found.get(len(cards) + number):
                actions += map(part.action, request.env[part.model].search_fetch(
                    Domain(part.domain) & self._portal_customer_domain(part.model), part.fields, order=part.order,
                    limit=MAX_ACTIONS))
        for number, card in enumerate(cards):
            card['count'] = found.get(number, 0)
        return {'customer_actions': actions, 'customer_cards': [
            card for card in cards if card['count'] or not card.get('is_hidden_empty')]}

    # ------------------------------------------------------------------
    # Several customers
    # ------------------------------------------------------------------

    @route('/my/accesses/choose', type='http', auth='user', website=True, methods=['POST'])
    def portal_my_access_choose(self, customer_id='', **params):
        """Show one of the customers of the visitor only, or all: kept in the session, it gives no right."""
        mine = request.env['customer.access']._my_accesses().customer_id.ids
        request.session[CUSTOMER_KEY] = next((number for number in mine if str(number) == customer_id), None)
        return request.redirect('/my')

    def _portal_customer_values(self):
        """Return what the switch between customers shows; it is not shown to who has one only."""
        if not request.env.user._is_portal():
            return {}
        customers_sudo = request.env['customer.access']._my_accesses().customer_id
        # sudo: the visitor himself; the layout asks for him and for his customer
        fetch_together(request.env.user.partner_id.sudo(), customers_sudo)
        if len(customers_sudo) < 2:
            return {}
        return {
            'my_customers': [(customer.id, customer.name) for customer in customers_sudo.sorted('name')],
            'chosen_customer': self._chosen_customer(),
            'customer_of_new': request.env['customer.document.mixin']._customer_of_creation().name,
        }

    def _chosen_customer(self):
        """Return the id of the customer that the visitor has chosen, None for all."""
        chosen = request.env.context.get(CUSTOMER_KEY)
        return chosen if chosen and chosen in request.env['customer.access']._my_accesses().customer_id.ids else None

    def _portal_customer_domain(self, model):
        """Return the domain of the chosen customer, for lists, counters and actions; everything without a choice.

        :param str model: name of a model with the owner ``commercial_partner_id``, or with ``customer_id``
        """
        chosen = self._chosen_customer()
        name = next((
            name for name in ('commercial_partner_id', 'customer_id') if name in request.env[model]._fields), None)
        return Domain(name, '=', chosen) if chosen and name else Domain.TRUE

    # ------------------------------------------------------------------
    # Lists
    # ------------------------------------------------------------------

    def _render_portal_list(self, spec, page=1, /, **params):
        """Render one page of a list with the rights of the visitor.

        :param PortalList spec: the list
        :param int page: number of the page; beyond the last one the last one is shown
        :param params: query string as sent; unknown keys fall back to the defaults
        """
        page = int(page) if re.fullmatch('[0-9]{1,18}', str(page)) else 1
        Model = request.env[spec.model]
        chosen = spec.choose(params)
        domain = self._portal_list_domain(spec, chosen)
        url_args = spec.url_args(chosen)
        pager = portal_pager(
            url=spec.url, total=(total := Model.search_count(domain)), page=min(page, total or 1),
            step=spec.page_size, url_args=url_args)
        records = Model.search_fetch(
            domain, spec.fields, order=spec.order(chosen), limit=spec.page_size, offset=pager['offset'])
        customer_values = self._portal_customer_values()
        return request.render(spec.template, {
            **self._prepare_portal_layout_values(),
            **customer_values,
            **page_formats(request.env),
            'page_name': spec.page_name,
            'spec': spec,
            'title': request.env._(spec.title),
            'search': chosen['search'],
            'menus': self._portal_list_menus(spec, chosen),
            'is_filtered': bool(url_args),
            'records': records,
            'groups': self._portal_list_groups(spec, chosen, records),
            'total': total,
            'pager': pager,
        })

    def _portal_list_menus(self, spec, chosen):
        """Return the menus of the list as ``(name, label, [(key, label, whether chosen), ...])``."""
        menus = [
            ('search_in', request.env._('Search in'), spec.searches),
            ('filterby', request.env._('Show'), spec.filters),
            ('sortby', request.env._('Sort by'), spec.sortings),
            ('groupby', request.env._('Group by'), spec.groupings),
        ]
        return [
            (name, label, [(key, request.env._(choice.label), key == chosen[name]) for key, choice in menu.items()])
            for name, label, menu in menus if len(menu) > 1
        ]

    def _portal_list_domain(self, spec, chosen):
        """Return the domain of the visitor's choices; who may see what is left to the record rules."""
        value = spec.filters[chosen['filterby']].value if spec.filters else []
        domain = Domain(value() if callable(value) else value) & self._portal_customer_domain(spec.model)
        if chosen['search'] and spec.searches:
            domain &= Domain(spec.searches[chosen['search_in']].value(chosen['search']))
        return domain

    def _portal_list_groups(self, spec, chosen, records):
        """Return the records of the page as ``[(heading or None, [record, ...]), ...]``."""
        name = spec.group_field(chosen)
        if not name:
            return [(None, records)]
        field = records._fields[name]
        if field.type == 'selection':
            labels = dict(field._description_selection(request.env))
            return split_groups(records, lambda record: labels.get(record[name], request.env._('None')))
        # sudo: the name of what a visible document points to, as ``read`` shows it too (a stage, a team)
        return split_groups(records, lambda record: record[name].sudo().display_name or request.env._('None'))

    # ------------------------------------------------------------------
    # One document
    # ------------------------------------------------------------------

    def _get_portal_document(self, model, document_id, access_token=None):
        """Open one document for the visitor.

        :param str model: name of a model with ``customer.document.mixin``
        :param int document_id: id from the address
        :param access_token: share token from the address, if any
        :return: the record with the user's rights, or in sudo if only the token opens it
        :raises NotFound: the same answer for what is missing, foreign, or has a broken token
        """
        if document_id < 2 ** 31:
            # sudo: only to see whether there is such a document, and to read it in the same query
            Model_sudo = request.env[model].sudo()
            document_sudo = Model_sudo.browse(Model_sudo.with_context(active_test=False).search_fetch(
                [('id', '=', document_id)], column_names(Model_sudo)).ids)
            document = document_sudo.sudo(False)
            if document and document.has_access('read'):
                return document
            # the visitor has no right of his own, the token is what he has
            token = document_sudo and document_sudo.access_token
            if token and isinstance(access_token, str) and consteq(token.encode(), access_token.encode(errors='replace')):
                return document_sudo
        if request.env.user._is_public() and not access_token:
            abort(request.redirect(f'/web/login?{urlencode({"redirect": request.httprequest.full_path})}'))
        raise NotFound

    def _portal_document_values(self, document, page_name, **params):
        """Return what the page of one document needs: layout, thread, reply form.

        :param document: as returned by :meth:`_get_portal_document`
        :param str page_name: key of the breadcrumb
        :param params: query string as sent
        """
        by_token = document.env.su
        # sudo: the document was checked; the domain picks its public messages only
        Message = request.env['mail.message'].sudo()
        domain = document._public_messages_domain()
        limit = THREAD_MAX if params.get('all') else THREAD_PAGE
        messages_sudo = Message.search(domain, order='id desc', limit=limit + 1)
        # sudo: names of who speaks, and what the layout asks of the visitor and his customer
        fetch_together(
            request.env.user.partner_id.sudo(), document.sudo().commercial_partner_id, messages_sudo.author_id)
        return {
            **self._prepare_portal_layout_values(),
            'page_name': page_name,
            'document': document,
            'additional_title': document.sudo().display_name,  # sudo: the document was checked
            **page_formats(request.env),
            'access_token': params.get('access_token') if by_token else None,
            'can_reply': not by_token,
            'messages_sudo': messages_sudo[:limit].sorted('id'),
            'has_earlier': len(messages_sudo) > limit,
            'me': request.env.user.partner_id,
            'form_key': self._new_form_key(),
            'is_sent': bool(params.get('sent')),
            'uploads': self._upload_hints(),
        }

    def _post_reply(self, document, body, uploads):
        """Post what the customer wrote under a document.

        :param document: as returned by :meth:`_get_portal_document`
        :param str body: text as sent
        :param uploads: list of ``(name, bytes)``
        :return: the message
        :raises NotFound: if only a token opened the document
        :raises UserError: if there is neither text nor file
        """
        if document.env.su:
            raise NotFound
        body = clean_text(body).strip()
        if not body and not uploads:
            raise UserError(request.env._('Please write a message or choose a file.'))
        return document.message_post(
            body=plaintext2html(body) if body else '', attachments=uploads, message_type='comment',
            subtype_xmlid='mail.mt_comment')

    def _send_attachment(self, document, attachment_id):
        """Send one file of the conversation, always as a download: nothing of a customer runs in our origin.

        :param document: as returned by :meth:`_get_portal_document`; the file must hang on its public messages
        :param int attachment_id: id from the address
        :raises NotFound: for any other file
        """
        # sudo: customers have no ACL on files; the document was checked and the file is looked up below it
        attachment_sudo = request.env['mail.message'].sudo().search(
            document._public_messages_domain() & Domain('attachment_ids', 'in', [attachment_id]), limit=1,
        ).attachment_ids.filtered(lambda attachment: attachment.id == attachment_id)
        if not attachment_sudo:
            raise NotFound
        return request.env['ir.binary']._get_stream_from(attachment_sudo).get_response(as_attachment=True)

    # ------------------------------------------------------------------
    # Forms
    # ------------------------------------------------------------------

    def _new_form_key(self):
        """Return a one-time key for a form."""
        return uuid.uuid4().hex

    def _submit_once(self, form_key, callback):
        """Create a record once, however often and wherever the same form is sent.

        :param str form_key: the hidden field of the form; without a usable one the form counts as new
        :param callback: function without arguments that creates and returns the record
        :return: the record, of this call or of the first one with that key, with the rights of the user
        """
        key = clean_text(form_key)[:64] or self._new_form_key()
        with request.env.cr.savepoint():  # what the callback refuses leaves the key free for the next try
            submission_sudo, is_first = request.env['customer.submission']._claim(key)
            if not is_first:
                return request.env[submission_sudo.res_model].browse(submission_sudo.res_id)
            record = callback()
            submission_sudo.write({'res_model': record._name, 'res_id': record.id})
        return record

    def _read_uploads(self, name='attachments'):
        """Read the files of the form after they passed the limits.

        :param str name: name of the file input
        :return: list of ``(clean name, bytes)``
        :raises UserError: for the first file that is not allowed; nothing has been stored then
        """
        files = [file for file in request.httprequest.files.getlist(name) if file.filename]
        heads = []
        for file in files:
            head = file.stream.read(8)
            size = file.stream.seek(0, 2)
            file.stream.seek(0)
            heads.append((clean_name(file.filename), size, head))
        request.env['customer.upload']._check_heads(heads)
        return [(head[0], file.stream.read()) for head, file in zip(heads, files, strict=True)]

    def _upload_hints(self):
        """Return what the forms say about files: dict ``accept``, ``max_mb``, ``max_files``."""
        limits = request.env['customer.upload']._limits()
        return {
            'accept': ','.join(f'.{ending}' for ending in sorted(limits.extensions)),
            'max_mb': limits.max_bytes // (1024 * 1024),
            'max_files': limits.max_files,
        }
