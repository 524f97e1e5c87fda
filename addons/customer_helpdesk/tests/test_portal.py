import re
from urllib.parse import quote

from lxml import html

from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import TicketHttpCommon


class TicketPortalCommon(TicketHttpCommon):

    def _page(self, url, status=200):
        """Open a page as the logged-in user.

        :return: its parsed tree
        """
        response = self.url_open(url)
        self.assertEqual(response.status_code, status, url)
        return html.fromstring(response.text)

    def _text(self, tree):
        return ' '.join(tree.xpath('//div[@id="wrap"]')[0].text_content().split())

    def _names(self, url):
        """Return the subjects of a list page, in order."""
        return [link.text_content() for link in self._page(url).xpath('//tbody//th[@scope="row"]/a')]

    def _counts(self):
        """Return how many rows there are of whatever a form may store."""
        self.env.invalidate_all()
        return [self.env[model].search_count([]) for model in (
            'customer.ticket', 'mail.message', 'ir.attachment', 'mail.mail')]

    def _new(self, user=None, files=None, **values):
        """POST the form for a new ticket.

        :return: ``(response, the tickets that came into being)``
        """
        before = self.env['customer.ticket'].search([])
        self.authenticate((user or self.user_a1).login, (user or self.user_a1).login)
        response = self.post_form('/my/tickets/new', {'name': 'Door', 'description': 'It jams', **values}, files)
        self.env.invalidate_all()
        return response, self.env['customer.ticket'].search([]) - before

    def _reply(self, ticket, body='My answer', user=None, files=None, **values):
        self.authenticate((user or self.user_a1).login, (user or self.user_a1).login)
        response = self.post_form(f'/my/tickets/{ticket.id}/reply', {'body': body, **values}, files)
        self.env.invalidate_all()
        return response

    def _assert_accessible(self, tree, url):
        """Check what a machine can check without a browser: one heading, a label for each field, ids once."""
        self.assertEqual(len(tree.xpath('//h1')), 1, url)
        ids = tree.xpath('//div[@id="wrap"]//@id')
        self.assertEqual(len(ids), len(set(ids)), url)
        for field in tree.xpath('//div[@id="wrap"]//*[self::input[not(@type="hidden")] or self::select or self::textarea]'):
            self.assertTrue(tree.xpath('//label[@for=$id]', id=field.get('id')), f'{url} {field.get("name")}')
            for described in (field.get('aria-describedby') or '').split():
                self.assertTrue(tree.xpath('//*[@id=$id]', id=described), f'{url} {described}')


@tagged('post_install', '-at_install')
class TestPortalPages(TicketPortalCommon):
    """Lists and pages: what they show, and to whom."""

    def test_list(self):
        """Issue 2.14, Issue 5.30: the list shows what the visitor may see, newest first."""
        self.authenticate('test_a1', 'test_a1')
        self.assertEqual(self._names('/my/tickets'), ['Chair of a colleague', 'Lamp of the office'])
        self.authenticate('test_a2', 'test_a2')
        self.assertEqual(self._names('/my/tickets'), ['Chair of a colleague'])
        self.authenticate('test_revoked', 'test_revoked')
        self.assertIn('No tickets yet', self._text(self._page('/my/tickets')))

    def test_list_search(self):
        """Issue 2.14, Issue 5.30: search in number, subject and text."""
        self.ticket_a1.description = 'A special word'
        self.env.flush_all()
        self.authenticate('test_a1', 'test_a1')
        both, lamp = ['Chair of a colleague', 'Lamp of the office'], ['Lamp of the office']
        for url, names in {
            'search=lamp': lamp, 'search=special': lamp, f'search={self.ticket_a1.number}': lamp, 'search=of': both,
            'search=lamp&search_in=subject': lamp, 'search=special&search_in=subject': [],
            'search=special&search_in=text': lamp, f'search={self.ticket_a1.number}&search_in=number': lamp,
            'search=lamp&search_in=number': [], 'search=Secret': [], 'search=%25': [], 'search=%5F%27%22%5C': [],
        }.items():
            self.assertEqual(self._names(f'/my/tickets?{url}'), names, url)

    def test_list_sort_filter_group(self):
        """Issue 2.14, Issue 5.30: sort by age, last message, subject and stage; filters; groups by stage and team."""
        self.ticket_a1.write({'stage_id': self.stages['waiting'].id, 'last_message_date': '2099-01-01'})
        self.ticket_a2.stage_id = self.stages['closed']
        self.env.flush_all()
        self.authenticate('test_a1', 'test_a1')
        lamp, chair = 'Lamp of the office', 'Chair of a colleague'
        for url, names in {
            'sortby=newest': [chair, lamp], 'sortby=update': [lamp, chair], 'sortby=subject': [chair, lamp],
            'sortby=stage': [lamp, chair], 'filterby=open': [lamp], 'filterby=waiting': [lamp],
            'filterby=closed': [chair], 'filterby=all': [chair, lamp], 'groupby=stage': [lamp, chair],
            'groupby=team': [chair, lamp],
        }.items():
            self.assertEqual(self._names(f'/my/tickets?{url}'), names, url)
        for group, heading in {'stage': self.stages['waiting'].name, 'team': 'First aid'}.items():
            headings = self._page(f'/my/tickets?groupby={group}').xpath('//th[@scope="rowgroup"]/text()')
            self.assertEqual(headings[0], heading)

    def test_page_hostile(self):
        """Issue 2.15: a query string never reaches the helpers of a page: no error, and no text of a stranger."""
        self.authenticate('test_a1', 'test_a1')
        for url in (f'/my/tickets/{self.ticket_a1.id}', '/my/accesses', '/my/tickets/new', '/my'):
            for name in ('ticket', 'document', 'page_name', 'errors', 'values', 'error', 'spec', 'page', 'me', 'self'):
                response = self.url_open(f'{url}?{name}=Call+0900')
                self.assertEqual(response.status_code, 200, (url, name))
                self.assertNotIn('Call 0900', response.text, (url, name))

    def test_list_hostile(self):
        """Issue 2.15: a sorting that does not exist, page 10^9, %00 and the like give the page, never an error."""
        self.authenticate('test_a1', 'test_a1')
        every = ['Chair of a colleague', 'Lamp of the office']
        for url, names in {
            '?sortby=nope': every, '?sortby=name;drop+table': every, '?filterby=__class__': every,
            '?groupby=partner_id.user_ids.password': every, '?search_in=nope': every, '?sortby[]=1&sortby=2': every,
            '/page/1000000000': every, f'/page/{10 ** 30}': every, '/page/0': every, '/page/-1': every, '?search=%00': every,
            '?search=a%00lamp': [], '?search=%ff%fe': [], f'?search={"x" * 5000}': [],
            '?domain=[]&limit=-1&offset=-5': every, '?page=x': every, '?page=%C2%B2': every, '?spec=x': every,
        }.items():
            self.assertEqual(self._names(f'/my/tickets{url}'), names, url)
        for number in range(90):
            self._create_ticket(self.user_a1, name=f'Number {number}')
        self.assertEqual(len(self._names('/my/tickets/page/1000000000')), 12, 'the last page')
        for url in ('/my/tickets/page/x', '/my/tickets/%00', '/my/tickets/page/1%00'):
            self._page(url, 404)

    def test_page(self):
        """Issue 2.14: the page shows the ticket and its public messages in their order, never a note or its file."""
        shared = self._attachment(self.ticket_a1, 'shared.txt', b'public')
        secret = self._attachment(self.ticket_a1, 'secret.txt', b'internal')
        self._comment(self.ticket_a1, self.user_a1, 'It flickers')
        self._note(self.ticket_a1, self.agent, 'Do not tell him', attachment_ids=secret.ids)
        self._comment(self.ticket_a1, self.agent, 'We look after it', attachment_ids=shared.ids)
        self.authenticate('test_a1', 'test_a1')
        tree = self._page(f'/my/tickets/{self.ticket_a1.id}')
        text = self._text(tree)
        for part in ('Lamp of the office', self.ticket_a1.number, 'New', 'First aid', 'shared.txt'):
            self.assertIn(part, text)
        self.assertLess(text.index('It flickers'), text.index('We look after it'))
        for part in ('Do not tell him', 'secret.txt', self.ticket_a2.name):
            self.assertNotIn(part, html.tostring(tree, encoding='unicode'))
        self.assertNotIn('access_token', html.tostring(tree, encoding='unicode'))
        file = self.url_open(f'/my/tickets/{self.ticket_a1.id}/files/{shared.id}')
        self.assertEqual((file.status_code, file.content), (200, b'public'))
        self.assertIn('attachment', file.headers['Content-Disposition'])
        for url in (f'/my/tickets/{self.ticket_a1.id}/files/{secret.id}',
                    f'/my/tickets/{self.ticket_a2.id}/files/{shared.id}',
                    f'/web/content/{secret.id}', f'/my/tickets/{self.ticket_a1.id}/files/{10 ** 12}'):
            self.assertEqual(self.url_open(url).status_code, 404, url)
        self.authenticate('test_b1', 'test_b1')
        self.assertEqual(self.url_open(f'/my/tickets/{self.ticket_a1.id}/files/{shared.id}').status_code, 404)

    def test_foreign_page(self):
        """Issue 2.15: a foreign, a missing and an impossible id get the same answer."""
        self.authenticate('test_a1', 'test_a1')
        answers = set()
        for ticket_id in (self.ticket_b1.id, self.ticket_b1.id + 10 ** 6, 2 ** 31, 10 ** 30, 0):
            response = self.url_open(f'/my/tickets/{ticket_id}')
            self.assertEqual(response.status_code, 404, ticket_id)
            self.assertNotIn('Secret', response.text)
            answers.add(re.sub(r'\d+', '', html.fromstring(response.text).xpath('//h1')[0].text_content()))
        self.assertEqual(len(answers), 1)
        self.authenticate('test_revoked', 'test_revoked')
        self.assertEqual(self.url_open(f'/my/tickets/{self.ticket_a1.id}').status_code, 404)

    def test_visitor(self):
        """Issue 2.14: a visitor is sent to the login, also by the link in a mail, and comes back to the page."""
        for url in ('/my/tickets', '/my/tickets/new', f'/my/tickets/{self.ticket_a1.id}'):
            response = self.url_open(url, allow_redirects=False)
            self.assertEqual(response.status_code, 303, url)
            self.assertIn('/web/login', response.headers['Location'])
            self.assertIn(quote(url, safe=''), quote(response.headers['Location'].replace('%2F', '/'), safe=''))

    def test_token(self):
        """Issue 2.15: a share token opens the page for reading only; a token cut short or foreign is a 404."""
        token = self.ticket_a1._portal_ensure_token()
        other = self.ticket_b1._portal_ensure_token()
        self.env.flush_all()
        url = f'/my/tickets/{self.ticket_a1.id}?access_token='
        tree = self._page(url + token)
        self.assertIn('Lamp of the office', self._text(tree))
        self.assertFalse(tree.xpath('//form[contains(@action, "/reply")]'))
        for wrong in (token[:-1], token[:8], token.upper(), other, '%00', '%ff', 'x' * 5000, '[]'):
            self.assertEqual(self.url_open(url + wrong).status_code, 404, wrong[:40])
        before = self._counts()
        response = self.url_open(
            f'/my/tickets/{self.ticket_a1.id}/reply', data={'body': 'x', 'access_token': token},
            allow_redirects=False)
        self.assertIn(response.status_code, (303, 400))
        self.assertEqual(self._counts(), before)

    def test_script_is_text(self):
        """Issue 2.15: script in subject and text is shown as text, on every page and in the mail."""
        bad = '"><script>alert(1)</script><img src=x onerror=alert(2)>'
        response, ticket = self._new(name=bad, description=bad)
        self.assertEqual(response.status_code, 303)
        self._reply(ticket, bad)
        self.assertEqual(ticket.name, bad)
        self.ticket_a1.stage_id = self.stages['waiting']
        for url in ('/my', '/my/tickets', f'/my/tickets/{ticket.id}', f'/my/tickets?search={quote(bad)}'):
            page = self.url_open(url).text
            self.assertNotIn('<script>alert(1)', page, url)
            self.assertFalse(html.fromstring(page).xpath('//img[@onerror]'), url)
        self.assertIn(bad, self._text(self._page(f'/my/tickets/{ticket.id}')))
        for mail in self.env['mail.mail'].search([('model', '=', 'customer.ticket'), ('res_id', '=', ticket.id)]):
            self.assertNotIn('<script>', mail.body_html)
            self.assertNotIn('<img', mail.body_html)

    def test_home(self):
        """Issue 2.14: the home page leads to the tickets, first to those that wait for the customer."""
        self.ticket_a1.stage_id = self.stages['waiting']
        self.ticket_b1.stage_id = self.stages['waiting']
        self.env.flush_all()
        self.authenticate('test_a1', 'test_a1')
        tree = self._page('/my')
        actions = tree.xpath('//section[contains(@class, "o_customer_actions")]//a')
        self.assertEqual([link.get('href') for link in actions], [f'/my/tickets/{self.ticket_a1.id}'])
        card = tree.xpath('//a[@href="/my/tickets"]')[0]
        self.assertEqual(card.xpath('.//*[contains(@class, "badge")]/text()'), ['2'])
        self.assertIn('We are waiting for your answer', self._text(self._page(f'/my/tickets/{self.ticket_a1.id}')))

    def test_pages_are_accessible(self):
        """Issue 2.16: one heading, a label for each field, every description exists; errors are announced."""
        self.authenticate('test_a1', 'test_a1')
        for url in ('/my/tickets', '/my/tickets/new', f'/my/tickets/{self.ticket_a1.id}',
                    f'/my/tickets/{self.ticket_a1.id}?sent=1'):
            self._assert_accessible(self._page(url), url)
        response, _tickets = self._new(name='', description='', team_id='x')
        tree = html.fromstring(response.text)
        self._assert_accessible(tree, 'errors')
        self.assertTrue(tree.xpath('//*[@role="alert"]'))
        for name in ('name', 'description'):
            field = tree.xpath('//*[@name=$name][@aria-invalid="true"]', name=name)[0]
            self.assertEqual(field.get('aria-describedby'), f'error_{name}')


@tagged('post_install', '-at_install')
class TestPortalForms(TicketPortalCommon):
    """New tickets and answers by POST."""

    def test_new_ticket(self):
        """Issue 2.14: a customer opens a ticket with files and sees it."""
        response, ticket = self._new(files={'attachments': ('label.txt', b'DL-1', 'text/plain')})
        self.assertEqual(response.status_code, 303)
        self.assertTrue(response.headers['Location'].endswith(f'/my/tickets/{ticket.id}?created=1'))
        self.assertEqual((ticket.name, ticket.partner_id), ('Door', self.user_a1.partner_id))
        self.assertEqual((ticket.team_id, ticket.company_id), (self.team, self.company))
        self.assertEqual(ticket.message_ids.attachment_ids.mapped('raw'), [b'DL-1'])
        text = self._text(self._page(f'/my/tickets/{ticket.id}?created=1'))
        for part in (ticket.number, 'It jams', 'label.txt'):
            self.assertIn(part, text)
        self.assertNotIn('we received your request', text, 'the acknowledgement is no conversation')

    def test_team(self):
        """Issue 2.14: a team is asked for when there is a choice; foreign and hidden ones are refused (2.15)."""
        self.authenticate('test_a1', 'test_a1')
        self.assertFalse(self._page('/my/tickets/new').xpath('//select[@name="team_id"]'))
        Team = self.env['customer.ticket.team']
        second = Team.create({'name': 'Second aid', 'company_id': False})
        hidden = Team.create({'name': 'Hidden', 'company_id': False, 'portal_published': False})
        foreign = Team.create({'name': 'Foreign', 'company_id': self.company_2.id})
        options = self._page('/my/tickets/new').xpath('//select[@name="team_id"]/option/text()')
        self.assertEqual(options, ['First aid', 'Second aid'])
        self.assertEqual(self._new(team_id=second.id)[1].team_id, second)
        before = self._counts()
        for team_id in (hidden.id, foreign.id, 10 ** 30, '-1', 'x', '1;drop', '٣', '1\x002x'):
            response, tickets = self._new(team_id=team_id)
            self.assertEqual(response.status_code, 200, team_id)
            self.assertIn('Please choose one of the teams', response.text)
            self.assertFalse(tickets)
        self.assertEqual(self._counts(), before)

    def test_type_and_priority(self):
        """Issue 5.1: categories of the team and, if it allows it, the priority; hidden and foreign ones are refused."""
        Type = self.env['customer.ticket.type']
        Type.search([]).portal_published = False
        other = self.env['customer.ticket.team'].create({'name': 'Other', 'company_id': False})
        fault, hidden, foreign = Type.create([
            {'name': 'Fault'}, {'name': 'Hidden kind', 'portal_published': False},
            {'name': 'Of others', 'team_ids': other.ids}])
        self.team.portal_published = True
        page = self._new(name='')[0].text
        self.assertIn('Fault', page)
        self.assertNotIn('Hidden kind', page)
        self.assertNotIn('name="priority"', page)
        for values in ({'type_id': hidden.id}, {'type_id': foreign.id, 'team_id': self.team.id}, {'type_id': 'x'}):
            response, tickets = self._new(**values)
            self.assertEqual((response.status_code, tickets), (200, tickets.browse()), values)
        self.team.portal_priority = True
        response, ticket = self._new(type_id=fault.id, priority='2', team_id=self.team.id)
        self.assertEqual((ticket.type_id, ticket.priority), (fault, '2'))
        other.portal_published = True
        for values in ({'priority': '2', 'team_id': other.id}, {'priority': '9', 'team_id': self.team.id}):
            response, tickets = self._new(**values)
            self.assertEqual((response.status_code, tickets), (200, tickets.browse()), values)

    def test_foreign_fields(self):
        """Issue 2.15: whatever else the form carries is ignored: the owner is the visitor."""
        response, ticket = self._new(
            partner_id=self.user_b1.partner_id.id, commercial_partner_id=self.customer_b.id, user_id=self.agent.id,
            stage_id=self.stages['closed'].id, company_id=self.company_2.id, number='T1', id=self.ticket_b1.id,
            access_token='x', priority='2', state='closed', message_follower_ids='[]', attachment_ids='1,2,3')
        self.assertEqual(response.status_code, 303)
        self.assertEqual((ticket.partner_id, ticket.commercial_partner_id), (
            self.user_a1.partner_id, self.customer_a))
        self.assertEqual((ticket.state, ticket.priority, ticket.company_id), ('new', '0', self.company))
        self.assertFalse(ticket.user_id)
        self.assertNotIn(ticket.number, ('T1', 'x'))

    def test_errors_keep_what_was_typed(self):
        """Issue 2.15: a form that is refused comes back with what was typed and says why; nothing is stored."""
        before = self._counts()
        for values, message in (
            ({'name': ' '}, 'Please enter a subject'), ({'name': '\x00'}, 'Please enter a subject'),
            ({'name': 'x' * 201}, 'The subject is too long'), ({'description': ''}, 'Please describe your request'),
            ({'description': 'y' * 20001}, 'The text is too long'),
        ):
            response, tickets = self._new(**{'name': 'My subject', 'description': 'My <b>text</b>', **values})
            self.assertEqual(response.status_code, 200)
            self.assertFalse(tickets)
            tree = html.fromstring(response.text)
            self.assertIn(message, self._text(tree))
            if 'name' not in values:
                self.assertEqual(tree.xpath('//input[@name="name"]/@value'), ['My subject'])
            if 'description' not in values:
                self.assertEqual(tree.xpath('//textarea[@name="description"]/text()'), ['My <b>text</b>'])
        self.assertEqual(self._counts(), before)

    def test_files_are_limited(self):
        """Issue 2.15: 50 MB, .exe, programs with another name and too many files are refused before storing."""
        self.env['ir.config_parameter'].set_param('customer_services.upload_max_mb', '5')
        before = self._counts()
        bad = [
            [('attachments', ('big.pdf', b'x' * (50 * 1024 * 1024), 'application/pdf'))],
            [('attachments', ('tool.exe', b'MZ', 'application/octet-stream'))],
            [('attachments', ('tool.pdf', b'MZ\x90\x00', 'application/pdf'))],
            [('attachments', ('page.html', b'<script>', 'text/html'))],
            [('attachments', (f'{number}.txt', b'x', 'text/plain')) for number in range(11)],
            [('attachments', ('good.txt', b'x', 'text/plain')), ('attachments', ('evil.exe', b'x', 'text/plain'))],
        ]
        for files in bad:
            response, tickets = self._new(files=files)
            self.assertEqual(response.status_code, 200, files[0][1][0])
            self.assertFalse(tickets)
            tree = html.fromstring(response.text)
            self.assertTrue(tree.xpath('//*[@role="alert"]'), files[0][1][0])
            self.assertIn('Files have to be chosen again', self._text(tree))
            response = self._reply(self.ticket_a1, files=files)
            self.assertEqual(response.status_code, 200)
            self.assertEqual(
                html.fromstring(response.text).xpath('//textarea[@name="body"]/text()'), ['My answer'])
        self.assertEqual(self._counts(), before)

    def test_double_click(self):
        """Issue 2.15: the same form sent twice makes one ticket and one answer, and leads to it both times."""
        first, ticket = self._new(form_key='abc')
        second, none = self._new(form_key='abc', name='Changed')
        self.assertEqual(len(ticket), 1)
        self.assertFalse(none)
        self.assertEqual(first.headers['Location'], second.headers['Location'])
        self.assertEqual(len(self._new(form_key='abd')[1]), 1)
        domain = [('res_id', '=', self.ticket_a1.id), ('model', '=', 'customer.ticket')]
        before = self.env['mail.message'].search_count(domain)
        for _click in range(2):
            self.assertEqual(self._reply(self.ticket_a1, form_key='xyz').status_code, 303)
        self.assertEqual(self.env['mail.message'].search_count(domain), before + 1)

    def test_refused_form_can_be_sent_again(self):
        """Issue 2.15: a form that was refused does not use up its key."""
        self.assertFalse(self._new(form_key='again', name='')[1])
        self.assertEqual(len(self._new(form_key='again')[1]), 1)

    def test_reply(self):
        """Issue 2.14: a customer answers on the page, with files; lines stay lines."""
        response = self._reply(
            self.ticket_a1, 'Line 1\nLine 2', files={'attachments': ('photo.png', b'\x89PNG', 'image/png')})
        self.assertEqual(response.status_code, 303)
        message = self.env['mail.message'].search(self.ticket_a1._public_messages_domain(), order='id desc', limit=1)
        self.assertEqual(message.author_id, self.user_a1.partner_id)
        self.assertEqual(message.body, '<p>Line 1<br>Line 2</p>')
        self.assertEqual(message.attachment_ids.name, 'photo.png')
        self.assertIn('photo.png', self._text(self._page(f'/my/tickets/{self.ticket_a1.id}')))

    def test_reply_refused(self):
        """Issue 2.15: an empty answer, one to a foreign ticket, or one without right stores nothing."""
        before = self._counts()
        for body in ('', '  \n', '\x00'):
            response = self._reply(self.ticket_a1, body)
            self.assertEqual(response.status_code, 200)
            self.assertIn('Please write a message', response.text)
        self.assertEqual(self._reply(self.ticket_a1, 'z' * 20001).status_code, 200)
        for ticket, user in ((self.ticket_b1, self.user_a1), (self.ticket_a1, self.user_a2),
                             (self.ticket_a1, self.revoked)):
            response = self._reply(ticket, user=user)
            self.assertEqual(response.status_code, 404, user.login)
            self.assertNotIn('Lamp', response.text)
        self.assertEqual(self._counts(), before)

    def test_revoked_customer_opens_nothing(self):
        """Issue 2.15: who lost his access is told so; nothing is stored."""
        before = self._counts()
        response, tickets = self._new(self.revoked)
        self.assertEqual(response.status_code, 200)
        self.assertIn('You have no access', response.text)
        self.assertFalse(tickets)
        self.assertEqual(self._counts(), before)

    def test_methods(self):
        """Issue 2.15: GET changes nothing, and a POST without the token of the form neither."""
        self.authenticate('test_a1', 'test_a1')
        before = self._counts()
        self.assertEqual(self.url_open(f'/my/tickets/{self.ticket_a1.id}/reply').status_code, 405)
        self.assertEqual(self.url_open('/my/tickets/new?name=a&description=b').status_code, 200)
        with mute_logger('odoo.http'):
            for url in ('/my/tickets/new', f'/my/tickets/{self.ticket_a1.id}/reply'):
                response = self.url_open(url, data={'name': 'a', 'description': 'b', 'body': 'c'})
                self.assertEqual(response.status_code, 400, url)
        self.assertEqual(self._counts(), before)

    def test_odd_requests(self):
        """Issue 2.15: repeated, missing and odd parameters never end in an error of the server."""
        self.authenticate('test_a1', 'test_a1')
        token = self.csrf_token()
        for data in (
            [('name', 'a'), ('name', 'b'), ('description', 'c')], [], [('name', 'a' * 10 ** 6)],
            [('form_key', '\x00'), ('name', '\ud83d'.encode('utf-16', 'surrogatepass'))],
            [('form_key', 'k' * 10 ** 5), ('team_id', '[]')], [('name', b'\xff\xfe'), ('description', b'\xff')],
        ):
            response = self.url_open('/my/tickets/new', data=[('csrf_token', token), *data], allow_redirects=False)
            self.assertLess(response.status_code, 500, str(data)[:80])
            response = self.url_open(
                f'/my/tickets/{self.ticket_a1.id}/reply', data=[('csrf_token', token), *data],
                allow_redirects=False)
            self.assertLess(response.status_code, 500, str(data)[:80])
        response = self.post_form('/my/tickets/new', {'name': 'a', 'description': 'b', 'attachments': 'no file'})
        self.assertEqual(response.status_code, 303)
