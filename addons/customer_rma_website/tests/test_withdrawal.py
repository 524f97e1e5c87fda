import re

from lxml import html

from odoo.exceptions import AccessError, UserError
from odoo.tests import TransactionCase, tagged

from odoo.addons.customer_rma.tests.common import RmaHttpCommon
from odoo.addons.customer_services.tests.conformance import ConformanceMixin

from ..const import FORM

STRANGER = 'stranger@new.example.com'


@tagged('post_install', '-at_install')
class TestConformance(ConformanceMixin, TransactionCase):
    """Issue 2.13: Issue 7.20: the withdrawal function keeps the rules of the suite."""

    addon = 'customer_rma_website'
    public_methods = frozenset({
        'customer.withdrawal.action_create_return', 'customer.withdrawal.action_done',
        'customer.withdrawal.action_open_rma'})
    public_routes = frozenset({'/withdrawal', '/withdrawal/confirm', '/withdrawal/link/<string:token>'})


@tagged('post_install', '-at_install')
class TestWithdrawal(RmaHttpCommon):
    """Issue 7.20: consumers withdraw without login."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env['ir.config_parameter'].set_param(f'{FORM}.min_seconds', '0')
        # a guest of the shop: a contact without login
        cls.guest = cls.env['res.partner'].create({'name': 'Gloria Guest', 'email': 'gloria@example.com'})
        cls.order = cls._sell(cls.guest)
        cls.move = cls._move(cls.order)

    @classmethod
    def _sell(cls, user, **values):
        """Also sell to contacts without a login."""
        if user._name == 'res.partner':
            values['partner_id'] = user.id
            user = cls.user_a1
        return super()._sell(user, **values)

    def setUp(self):
        super().setUp()
        self.authenticate(None, None)

    def _found(self):
        self.env.invalidate_all()
        return self.env['customer.withdrawal'].search([])

    def _form(self, **values):
        """Open the page; return what a consumer sends."""
        tree = html.fromstring(self.url_open('/withdrawal').text)
        hidden = {field.get('name'): field.get('value') for field in tree.xpath('//form//input[@type="hidden"]')
                  if field.get('name') in ('form_key', 'stamp')}
        return {**hidden, 'person': 'Gloria Guest', 'order_ref': self.order.name, 'email': self.guest.email, **values}

    def _state(self, **values):
        """Send the statement; return ``(response, new statements, new mails)``."""
        before, mails = self._found(), self.env['mail.mail'].search([])
        response = self.post_form('/withdrawal/confirm', self._form(**values))
        return response, self._found() - before, self._mails(mails)

    def _mails(self, before):
        """Return the new mails to consumers; whoever is responsible is told of his activity."""
        return (self.env['mail.mail'].search([]) - before).filtered('email_to')

    def _link(self, mail):
        return re.search(r'/withdrawal/link/[\w-]+', mail.body_html)[0]

    def test_two_steps(self):
        """Issue 7.20: the page is labelled, linked on every page, asks for no reason; the second step states; a mail confirms."""
        self.assertIn('/withdrawal', html.fromstring(self.url_open('/web/login').text).xpath('//footer//a/@href'))
        tree = html.fromstring(self.url_open(f'/withdrawal?order={self.order.name}').text).get_element_by_id('wrap')
        self.assertEqual([title.text_content() for title in tree.xpath('.//h1')], ['Withdraw from contract here'])
        self.assertEqual(tree.get_element_by_id('field_order_ref').get('value'), self.order.name)
        for field in tree.xpath('.//form//*[self::input[not(@type="hidden")] or self::textarea]'):
            self.assertTrue(tree.xpath('.//label[@for=$id]', id=field.get('id')), field.get('name'))
        self.env['res.lang']._activate_lang('de_DE')
        self.company.customer_rma_user_id.lang = self.env.ref('base.user_admin').lang = 'de_DE'
        before, form = self._found(), self._form(goods='Two lamps')
        page = self.post_form('/withdrawal', form)
        self.assertIn('Confirm withdrawal', page.text)
        self.assertIn('Two lamps', page.text)
        self.assertEqual(html.fromstring(self.post_form('/withdrawal', {**form, 'edit': '1'}).text).get_element_by_id(
            'field_goods').text, 'Two lamps')
        self.assertEqual(self._found(), before, 'nothing is stated before the second step')
        mails = self.env['mail.mail'].search([])
        answers = {self.post_form('/withdrawal/confirm', form).status_code for _time in range(2)}
        withdrawal = self._found() - before
        self.assertEqual((len(withdrawal), answers), (1, {200}), 'sent twice it is one')
        mail = self._mails(mails)
        self.assertEqual((len(mail), mail.email_to), (1, self.guest.email))
        for text in (withdrawal.when, self.order.name, 'Two lamps', 'Gloria Guest'):
            self.assertIn(text, mail.body_html)
        self.assertNotIn('/withdrawal/link', ''.join(withdrawal.message_ids.mapped(lambda one: one.body or '')))
        self.assertEqual(withdrawal.activity_ids.summary, 'Widerruf eines Vertrags', 'not in the language of the consumer')
        self.assertEqual(withdrawal.order_id, self.order)

    def test_same_answer(self):
        """Issue 7.20: status, page and mail are the same for unknown orders, unknown addresses, and those of customers."""
        pages, bodies = set(), set()
        for number, email in ((self.order.name, self.guest.email), ('S99999', self.guest.email),
                              (self.order.name, STRANGER), (self.sold_a1.name, self.user_a1.email), ("' OR 1=1 --", STRANGER)):
            response, withdrawal, mail = self._state(order_ref=number, email=email)
            self.assertEqual((response.status_code, len(withdrawal), mail.email_to), (200, 1, email))
            page = html.tostring(html.fromstring(response.text).get_element_by_id('wrap'), encoding='unicode')
            for found, text in ((pages, page), (bodies, mail.body_html)):
                # mails begin with a preview, cut to a length
                text = html.fromstring(text).text_content().split('[...]')[-1].replace(number, '#').replace(
                    email, '@').replace(withdrawal.when, '?')
                found.add(text)
        self.assertEqual((len(pages), len(bodies)), (1, 1), bodies)
        self.assertFalse(self.env['customer.rma'].search([('kind', '=', 'withdrawal')]))

    def test_link(self):
        """Issue 7.20: the link acts by POST only, once; it makes the return under the rules, and the guest sees it."""
        _response, withdrawal, mail = self._state()
        url = self._link(mail)
        self.assertNotIn(url.rsplit('/', 1)[1], withdrawal.token_hash)
        page = html.fromstring(self.url_open(url).text)
        name = f'quantity_{self.move.id}'
        self.assertEqual(page.xpath('//input[@name=$name]/@value', name=name), ['3'])
        self.assertFalse(withdrawal.rma_id, 'opening the link changes nothing')
        for values in ({name: '4'}, {name: 'x'}, {f'quantity_{self._move(self.sold_b1).id}': '1'}, {'quantity_999999999': '1'}):
            self.assertIn('no more than you have', self.post_form(url, values).text)
        self.assertIn('whole units', self.post_form(url, {name: '0.5'}).text)
        form = {name: '2', 'form_key': page.xpath('//input[@name="form_key"]/@value')[0]}
        answer = self.post_form(url, form)
        withdrawal = self._found()[:1]
        rma = withdrawal.rma_id
        self.assertEqual((rma.kind, rma.partner_id, rma.line_ids.quantity, rma.request_date), (
            'withdrawal', self.guest, 2, withdrawal.date))
        self.assertEqual((withdrawal.state, withdrawal.activity_ids.ids), ('done', []))
        self.assertEqual(self.post_form(url, form).headers['Location'], answer.headers['Location'], 'a double click')
        self.assertEqual(self.post_form(url, {name: '1'}).status_code, 404)
        self.assertEqual(self.url_open(url).status_code, 404)
        rma._run_jobs()
        self.assertEqual(rma.state, 'approved')
        self.assertIn(rma.number, self.url_open(answer.headers['Location']).text)
        self.assertIn(rma._portal_ensure_token(), self.env['mail.mail'].search([], limit=50).filtered(
            lambda mail: rma.number in mail.subject and mail.email_to == self.guest.email).body_html)

    def test_link_of_strangers(self):
        """Issue 7.20: who types the number of somebody else's order proves his own mailbox, sees and changes nothing of it."""
        _response, withdrawal, mail = self._state(email=STRANGER)
        self.assertFalse(withdrawal.is_address_known)
        url = self._link(mail)
        self.assertNotIn('Reading lamp', self.url_open(url).text)
        self.assertEqual(self.post_form(url, {f'quantity_{self.move.id}': '1'}).status_code, 200)
        self.assertEqual((self._found()[:1].state, self._found()[:1].rma_id.id), ('proven', False))
        self.assertEqual(self.url_open(url).status_code, 404)
        _response, old, mail = self._state()
        self.env.cr.execute("UPDATE customer_withdrawal SET date = date - interval '15 days' WHERE id = %s", [old.id])
        for broken in (self._link(mail), '/withdrawal/link/x', '/withdrawal/link/%00%F0', '/withdrawal/link/' + 'x' * 3000):
            self.assertEqual(self.url_open(broken).status_code, 404, broken[:40])

    def test_refused(self):
        """Issue 7.20: wrong forms keep what was typed; robots, floods and GET store nothing and send nothing."""
        before, mails = self._found(), self.env['mail.mail'].search_count([])
        for values, text in (
                ({'person': ' '}, 'enter your name'), ({'order_ref': ''}, 'number of your order'), ({'email': 'x'}, 'e-mail'),
                ({'email': 'a@x.example\nBcc: b@x.example'}, 'e-mail'), ({'person': 'x' * 101}, 'too long'),
                ({'goods': 'Buy at https://spam.example'}, 'web addresses'), ({'goods': 'x' * 501}, 'too long'),
                ({'home_page': 'https://spam.example'}, 'has to stay empty'), ({'stamp': ''}, 'open for too long'),
                ({'form_key': 'other'}, 'open for too long'), ({'order_ref': '\x00 \ud800'.encode(errors='replace')}, '')):
            form = self._form(**values)
            for url in ('/withdrawal', '/withdrawal/confirm'):
                response = self.post_form(url, form) if text else None
                if text:
                    self.assertEqual(response.status_code, 200)
                    tree = html.fromstring(response.text)
                    self.assertIn(text, tree.get_element_by_id('form_errors').text_content(), values)
                    if 'goods' in values:
                        self.assertIn(text, tree.get_element_by_id('error_goods').text_content())
        self.assertIn(self.url_open('/withdrawal/confirm?person=x&email=a@x.example&order_ref=1').status_code, (404, 405))
        self.assertEqual((self._found(), self.env['mail.mail'].search_count([])), (before, mails))
        self.env['ir.config_parameter'].set_param(f'{FORM}.cap_address', '1')
        self._state()
        response, more, sent = self._state()
        self.assertEqual((response.status_code, len(more), len(sent)), (429, 0, 0))
        self.assertIn(self.order.name, response.text)

    def test_staff(self):
        """Issue 7.20: agents see statements, change none, make the return of an unproven one; others see nothing."""
        response, withdrawal, _mail = self._state(email=STRANGER)
        self.assertEqual(response.status_code, 200)
        for user in (self.user_a1, self.visitor, self.employee, self.specialist):
            with self.assertRaises(AccessError, msg=user.login):
                withdrawal.with_user(user).read(['email'])
            with self.assertRaises(AccessError, msg=user.login):
                withdrawal.with_user(user).action_create_return()
        self.assertFalse(withdrawal.with_user(self.other_company_agent).search([('id', '=', withdrawal.id)]))
        mine = withdrawal.with_user(self.agent)
        for values in ({'email': 'x@example.com'}, {'state': 'done'}, {'order_id': self.sold_b1.id}):
            with self.assertRaises(AccessError):
                mine.write(values)
        mine.action_create_return()
        self.assertEqual(withdrawal.rma_id.partner_id, self.guest)
        self.assertEqual(withdrawal.state, 'done')
        with self.assertRaises(UserError):
            mine.action_create_return()
        _response, unknown, _mail = self._state(order_ref='S99999')
        with self.assertRaises(UserError):
            unknown.with_user(self.agent).action_create_return()
        unknown.with_user(self.agent).action_done()
        self.assertEqual((unknown.state, unknown.activity_ids.ids), ('done', []))

    def test_order_page(self):
        """Issue 7.20: the page of an order leads to the function, with its number, also by its link; the login's name is there."""
        page = self.url_open(self.order.get_portal_url()).text
        self.assertIn(f'/withdrawal?order={self.order.name}', page)
        self.authenticate('test_a1', 'test_a1')
        form = html.fromstring(self.url_open('/withdrawal').text)
        self.assertEqual(form.get_element_by_id('field_email').get('value'), self.user_a1.partner_id.email)
