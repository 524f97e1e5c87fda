"""What every glue addon checks that lets tickets be about its documents."""
from lxml import html

from odoo.exceptions import AccessError, ValidationError
from odoo.tools import mute_logger

from odoo.addons.customer_services.const import CUSTOMER_KEY


class AboutMixin:
    """Mix into an ``HttpCase`` with the fixtures of tickets, and set :attr:`documents`.

    :cvar dict documents: of each kind two documents: one of ``user_a1``, and one of ``user_b1``
    :cvar dict pages: of each kind the address of the portal page of the first one
    """

    allow_inherited_tests_method = True
    documents = {}
    pages = {}

    def _each(self):
        return [(kind, f'about_{kind}_id', mine, foreign) for kind, (mine, foreign) in self.documents.items()]

    def _tickets(self):
        self.env.invalidate_all()
        return self.env['customer.ticket'].search([])

    def _send(self, user, about, **values):
        """POST the form for a new ticket; return ``(response, new tickets)``."""
        before = self._tickets()
        self.authenticate(user.login, user.login)
        response = self.post_form('/my/tickets/new', {
            'name': 'About it', 'description': 'A question', 'about': about, **values})
        return response, self._tickets() - before

    def test_ask(self):
        """Issue 5.6: the page of a document leads to the form, which names it; the ticket is linked and shows it."""
        for kind, name, mine, _foreign in self._each():
            self.authenticate(self.user_a1.login, self.user_a1.login)
            page = html.fromstring(self.url_open(self.pages[kind]).text)
            links = page.xpath('//a[contains(@class, "o_customer_ask")]/@href')
            self.assertEqual(set(links), {f'/my/tickets/new?about={kind}-{mine.id}'})
            form = html.fromstring(self.url_open(links[0]).text)
            self.assertIn(mine.display_name, form.get_element_by_id('field_about').text_content())
            self.assertEqual(form.xpath('//input[@name="about"]/@checked'), ['checked'])
            response, ticket = self._send(self.user_a1, f'{kind}-{mine.id}')
            self.assertEqual(response.status_code, 303)
            self.assertEqual((ticket[name], ticket.commercial_partner_id), (mine, self.customer_a))
            shown = html.fromstring(self.url_open(ticket.access_url).text).xpath('//header//dd/a')
            self.assertEqual([(link.text_content(), link.get('href')) for link in shown], [
                (mine.display_name, mine.access_url)])

    def test_remove(self):
        """Issue 5.6: the reference can be taken out of the form; an error in the form keeps the choice."""
        for kind, name, mine, _foreign in self._each():
            reference = f'{kind}-{mine.id}'
            _response, ticket = self._send(self.user_a1, '', about_shown=reference)
            self.assertEqual((len(ticket), ticket[name].id), (1, False))
            for about, checked in ((reference, ['checked']), ('', [])):
                response, ticket = self._send(self.user_a1, about, about_shown=reference, name='')
                self.assertFalse(ticket)
                self.assertEqual(html.fromstring(response.text).xpath('//input[@name="about"]/@checked'), checked)

    def test_refused_in_portal(self):
        """Issue 5.6: what is foreign, missing or no reference is refused alike, and nothing is stored."""
        for kind, _name, _mine, foreign in self._each():
            for reference in (f'{kind}-{foreign.id}', f'{kind}-999999999', f'{kind}-0', 'partner-1', f'{kind}', 'x' * 500):
                self.authenticate(self.user_a1.login, self.user_a1.login)
                page = self.url_open(f'/my/tickets/new?about={reference}')
                self.assertEqual(page.status_code, 404, reference)
                response, ticket = self._send(self.user_a1, reference)
                self.assertFalse(ticket, reference)
                self.assertEqual(response.status_code, 200)
                for text in (page.text, response.text):
                    self.assertNotIn(foreign.display_name, text)

    def test_refused_by_model(self):
        """Issue 5.6: customers neither create nor write by RPC; their one entry refuses what they may not see."""
        for kind, name, mine, foreign in self._each():
            Ticket = self.env['customer.ticket'].with_user(self.user_a1)
            before = self._tickets()
            for attempt in (
                    lambda: Ticket.create({'name': 'x', 'partner_id': self.user_a1.partner_id.id, name: mine.id}),
                    lambda: self.ticket_a1.with_user(self.user_a1).write({name: mine.id}),
                    lambda: Ticket._create_from_customer({'name': 'x', 'description': 'x', name: foreign.id}),
                    lambda: Ticket._create_from_customer({'name': 'x', 'description': 'x', f'{kind}_id': mine.id})):
                with self.assertRaises(AccessError), mute_logger('odoo.addons.base.models.ir_model'):
                    attempt()
            self.assertEqual(self._tickets(), before)
            self.assertFalse(self.ticket_a1[name])

    def test_refused_to_staff(self):
        """Issue 5.6: staff link what they may see, of the customer of the ticket; by create and write alike."""
        for kind, name, mine, foreign in self._each():
            staff = self._staff()
            hidden = self.ticket_a1.with_user(staff)
            self.assertFalse(foreign.with_user(staff).has_access('read'))
            Ticket, before = self.env['customer.ticket'].with_user(staff), self._tickets()
            values = {'name': 'x', 'partner_id': self.user_a1.partner_id.id, 'team_id': self.team.id}
            for attempt in (
                    lambda: hidden.write({name: foreign.id}),
                    lambda: hidden.write({name: 999999999}),
                    lambda: hidden.write({f'{kind}_id': mine.id}),
                    lambda: Ticket.create({**values, name: foreign.id}),
                    lambda: Ticket.create({**values, f'{kind}_id': mine.id})):
                with self.assertRaises(AccessError), self.env.cr.savepoint():
                    attempt()
            with self.assertRaises(ValidationError), self.env.cr.savepoint():
                self.ticket_a1.write({name: foreign.id})  # the superuser sees it, but it is another customer's
            self.assertEqual(self._tickets(), before)
            self.assertFalse(self.ticket_a1[name])
            hidden.write({name: mine.id})
            self.assertEqual(self.ticket_a1[name], mine)
            with self.assertRaises(ValidationError), self.env.cr.savepoint():
                self.ticket_a1.partner_id = self.user_b1.partner_id
            hidden.write({name: False})
            self.assertFalse(self.ticket_a1[name])

    def test_hidden_from_readers(self):
        """Issue 5.6: who may read the ticket but not the document learns neither its name nor finds it by it."""
        for kind, name, mine, _foreign in self._each():
            self.ticket_a1[name] = mine
            self.env.flush_all()
            reader = self._reader(mine)
            self.assertFalse(mine.with_user(reader).has_access('read'))
            ticket = self.ticket_a1.with_user(reader)
            ticket.invalidate_recordset()
            self.assertFalse(ticket.read([name])[0][name])
            self.assertFalse(ticket.web_read({name: {'fields': {'display_name': {}}}})[0][name])
            self.assertEqual(ticket._about_list(), [])
            domains = [[(name, '=', mine.id)], [(name, '!=', False), ('id', '=', ticket.id), (name, 'ilike', mine[mine._rec_name])]]
            for domain in domains:
                self.assertFalse(ticket.search(domain), domain)
                self.assertIn(self.ticket_a1, self.ticket_a1.search(domain), domain)
            for groupby, error in ((name, ValueError), (f'{kind}_id', AccessError)):
                with self.assertRaises(error):
                    ticket.formatted_read_group([('id', '=', ticket.id)], [groupby], ['__count'])
            self.assertNotIn(f'{kind}_id', ticket.fields_get())

    def test_count(self):
        """Issue 5.6: the document counts the tickets that its reader may see, and opens them."""
        for _kind, name, mine, _foreign in self._each():
            self.ticket_a1[name] = mine
            self.assertEqual(mine.customer_ticket_count, 1)
            action = mine.action_open_customer_tickets()
            self.assertEqual(self.env['customer.ticket'].search(action['domain']), self.ticket_a1)
            self.assertEqual(action['context'][f'default_{name}'], mine.id)
            new = self.env['customer.ticket'].with_context(**action['context']).create(
                {'name': 'Second', 'team_id': self.team.id})
            self.assertEqual((new[name], new.commercial_partner_id), (mine, self.customer_a))

    def test_other_customer(self):
        """Issue 5.6: who serves two customers asks for the one whose document it is."""
        kind, (_mine, foreign) = next(iter(self.documents.items()))
        self.env['customer.access'].create({
            'customer_id': self.customer_b.id, 'partner_id': self.user_a1.partner_id.id, 'user_id': self.user_a1.id,
            'state': 'activated', 'scope': 'all'})
        _response, ticket = self._send(self.user_a1, f'{kind}-{foreign.id}')
        self.assertEqual(ticket[f'about_{kind}_id'], foreign)
        self.assertEqual((ticket.commercial_partner_id, ticket.partner_id), (self.customer_b, self.user_a1.partner_id))
        self.assertNotIn(CUSTOMER_KEY, ticket.env.context)

    def test_merge(self):
        """Issue 5.6: a ticket that takes another one in takes over what that is about."""
        kind, (mine, _foreign) = next(iter(self.documents.items()))
        name = f'about_{kind}_id'
        self.ticket_a1[name] = mine
        self.ticket_a1._merge_into(self.ticket_a2)
        self.assertEqual(self.ticket_a2[name], mine)

    def test_follow_up(self):
        """Issue 5.6: a ticket that continues one that was closed long ago is about the same, unless it is another customer's."""
        kind, (mine, _foreign) = next(iter(self.documents.items()))
        name = f'about_{kind}_id'
        self.ticket_a1[name] = mine
        for user, document in ((self.user_a1, mine), (self.user_b1, mine.browse())):
            follow_up = self.env['customer.ticket'].create({
                **self.ticket_a1._follow_up_values(), 'name': 'Again', 'partner_id': user.partner_id.id})
            self.assertEqual(follow_up[name], document)

    def _staff(self):
        """Hook: return a specialist of customer A with the rights that his work on the documents needs."""
        return self.specialist

    def _reader(self, document):
        """Hook: return somebody who may read ``ticket_a1`` but not the document."""
        self._access(self.user_a1).write({'scope': 'kinds', 'kind_ids': [(6, 0, [
            self.env['ir.model']._get_id('customer.ticket')])]})
        return self.user_a1
