"""Issue 3.14: from a new customer to the login of his end users, by each role and each kind of client."""

import re
import uuid
import xmlrpc.client

import pytest
import requests

from tests.outside import Portal

PASSWORD = 'a good long password'
CLIENTS = ('XML-RPC', 'JSON-2')
GUARDED = ('res_partner', 'res_users', 'customer_access', 'customer_administrator', 'customer_processor',
           'customer_invitation', 'customer_group', 'mail_mail', 'sms_sms')


class Refused(Exception):
    """The server refused a call."""


class Account:
    """One login with one kind of client: `account(model, method, ids, **arguments)`."""

    def __init__(self, outside, login, kind, key=None):
        """
        :param key: bearer key or password; default: what the fixture has for the login
        """
        self.outside, self.login, self.kind = outside, login, kind
        self.key = key or (login if kind == 'XML-RPC' else outside.keys[login])
        self.uid = None  # authenticated once: Odoo is slow at passwords on purpose

    def __call__(self, model, method, ids=None, **arguments):
        """Call a method of records (`ids`) or of a model (without); raise `Refused` with what the server says."""
        return (self._xmlrpc if self.kind == 'XML-RPC' else self._json2)(model, method, ids, arguments)

    def _xmlrpc(self, model, method, ids, arguments):
        address = f'{self.outside.url}/xmlrpc/2'
        self.uid = self.uid or xmlrpc.client.ServerProxy(f'{address}/common').authenticate(
            self.outside.database, self.login, self.key, {})
        if not self.uid:
            raise Refused('login')
        positional = [] if ids is None else [ids]
        if method == 'create':
            positional = [arguments.pop('vals_list')]
        try:
            return xmlrpc.client.ServerProxy(f'{address}/object', allow_none=True).execute_kw(
                self.outside.database, self.uid, self.key, model, method, positional, arguments)
        except xmlrpc.client.Fault as fault:
            if 'cannot marshal' in fault.faultString:  # an action without answer
                return None
            raise Refused(fault.faultString) from None

    def _json2(self, model, method, ids, arguments):
        answer = requests.post(
            f'{self.outside.url}/json/2/{model}/{method}', timeout=120,
            json={**arguments, **({} if ids is None else {'ids': ids})},
            headers={'Authorization': f'bearer {self.key}', 'X-Odoo-Database': self.outside.database})
        if answer.status_code != 200:
            assert answer.status_code < 500, answer.text
            raise Refused(answer.text)
        return answer.json()

    def create(self, model, **values):
        [number] = self(model, 'create', vals_list=[values])
        return number


@pytest.fixture(scope='module', autouse=True)
def earlier(outside):
    """Number of complaints in the log of the server before these tests, which may be those of other files."""
    return len(outside.complaints())


@pytest.fixture(scope='module')
def integrator(outside):
    """The API key of an integrator, made by the administrator as the documentation says."""
    admin = Account(outside, 'admin', 'XML-RPC')
    [(group,)] = outside.query(
        "SELECT res_id FROM ir_model_data WHERE name = 'group_customer_services_integrator'")
    user = admin.create('res.users', name='Shop', login='shop', password='shop-password', group_ids=[(4, group)])
    action = admin('res.users', 'action_create_integrator_key', [user])
    return action['context']['default_key']


@pytest.fixture(params=[(role, kind) for role in ('agent', 'specialist', 'manager', 'integrator') for kind in CLIENTS],
                ids='-'.join)
def staff(request, outside, integrator):
    """Each role of staff by each kind of client."""
    role, kind = request.param
    return Account(outside, 'shop', kind, integrator) if role == 'integrator' else Account(outside, role, kind)


def counts(outside):
    """Return how many rows there are of all that a refused call must not make."""
    return {table: outside.query(f'SELECT count(*), max(write_date) FROM {table}') for table in GUARDED}  # noqa: S608


def state(outside, access):
    [row] = outside.query('SELECT state, user_id IS NOT NULL FROM customer_access WHERE id = %s', access)
    return row


def invitation(outside, mail, access, address):
    """Return the path of the page in the mail to an end user, and the code in the SMS if there is one."""
    [message] = mail.wait('/my/invitations/', address)
    path = re.search(r'/my/invitations/[\w-]+', message.get_body(('plain',)).get_content())[0]
    found = outside.query("""
        SELECT s.body FROM customer_invitation i JOIN sms_sms s ON s.id = i.sms_id WHERE i.access_id = %s
         ORDER BY i.id DESC LIMIT 1""", access)
    return path, found and re.search(r'[A-Z2-9]{4}-[A-Z2-9]{4}', found[0][0])[0]


def activate(outside, path, code=None):
    """Open the page of an invitation and send its form; return the visitor and the answer."""
    visitor = outside.portal()
    form = visitor.form(path, 0)
    values = {**form, 'password': PASSWORD, 'confirm_password': PASSWORD, **({'code': code} if code else {})}
    return visitor, visitor.post(f'{path}/accept', values, allow_redirects=False)


def log_in(outside, login, password):
    """Return the address at which a login ends."""
    visitor = Portal(outside.url)
    values = {**visitor.form('/web/login'), 'login': login, 'password': password, 'redirect': '/my'}
    return visitor.post('/web/login', values).url.removeprefix(outside.url)


def test_whole_way(outside, mail, staff):
    """Issue 3.14: a customer, three accesses, invited, activated with and without code, logged in; each sees his own."""
    tag = uuid.uuid4().hex[:8]
    company = staff.create('res.partner', name=f'Company {tag}', is_company=True, email=f'info@{tag}.example.com',
                           is_customer=True)
    person = staff.create('res.partner', name=f'Person {tag}', email=f'person@{tag}.example.com', is_customer=True)
    [customer, other] = staff('res.partner', 'read', [company, person], fields=['customer_number'])
    assert re.fullmatch(r'C\d{5}', customer['customer_number']) and other['customer_number'] != customer['customer_number']
    people = [('chief', 'all', False), ('clerk', 'own', '+31 6 12345678'), ('guest', 'own', False)]
    accesses = {who: staff.create('customer.access', customer_id=company, name=f'{who} {tag}', scope=scope,
                                  email=f'{who}@{tag}.example.com', phone=phone) for who, scope, phone in people}
    for access in accesses.values():
        staff('customer.access', 'action_invite', [access])
    outside.send_mail_queue()
    ways = {who: invitation(outside, mail, access, f'{who}@{tag}.example.com') for who, access in accesses.items()}

    for who, (path, code) in ways.items():
        assert bool(code) == (who == 'clerk')
        assert outside.portal().get(path).status_code == 200
        assert state(outside, accesses[who]) == ('invited', False), 'opening the link changes nothing'
    _visitor, answer = activate(outside, ways['clerk'][0], 'AAAA-AAAA')
    assert answer.status_code == 200 and state(outside, accesses['clerk']) == ('invited', False)
    for who in ('chief', 'clerk'):
        visitor, answer = activate(outside, *ways[who])
        assert answer.status_code == 303, answer.text
        assert state(outside, accesses[who]) == ('activated', True)
        assert visitor.get('/my/accesses').url.endswith('/my/accesses'), 'logged in'
        assert log_in(outside, f'{who}@{tag}.example.com', PASSWORD) == '/my'
    assert log_in(outside, f'guest@{tag}.example.com', PASSWORD) != '/my', 'never activated'
    assert outside.portal().get(ways['chief'][0]).status_code == 404, 'the link works once'

    end_users = {who: Account(outside, f'{who}@{tag}.example.com', 'XML-RPC', PASSWORD) for who in ('chief', 'clerk')}
    tickets = {}
    for who in end_users:
        visitor = Portal(outside.url)
        visitor.post('/web/login', {**visitor.form('/web/login'), 'login': end_users[who].login, 'password': PASSWORD})
        answer = visitor.new_ticket(name=f'{who} {tag}', description='Please')
        tickets[who] = int(re.search(r'/my/tickets/(\d+)', answer.headers['Location'])[1])
    found = {who: set(user('customer.ticket', 'search', domain=[])) for who, user in end_users.items()}
    assert found == {'chief': set(tickets.values()), 'clerk': {tickets['clerk']}}
    for user in end_users.values():
        assert {row['customer_id'][0] for row in user(
            'customer.access', 'search_read', domain=[], fields=['customer_id'])} == {company}
        assert user('res.partner', 'search_count', domain=[('id', '=', person)]) == 0
    assert staff('customer.ticket', 'search_count', domain=[('id', 'in', list(tickets.values()))]) == 2

    staff('customer.access', 'action_revoke', [accesses['chief']])
    assert log_in(outside, f'chief@{tag}.example.com', PASSWORD) != '/my'
    with pytest.raises(Refused):
        end_users['chief']('customer.ticket', 'search', domain=[])


@pytest.mark.parametrize('kind', CLIENTS)
def test_customers_are_refused(outside, kind):
    """Issue 3.14: end users create, invite, change and read nothing that is not theirs, by no client."""
    [(azure,), (deco,)] = outside.query(
        "SELECT id FROM res_partner WHERE name IN ('Azure Interior', 'Deco Addict') AND parent_id IS NULL ORDER BY name")
    foreign = [number for number, in outside.query('SELECT id FROM customer_access WHERE customer_id = %s', deco)]
    outside.send_mail_queue()  # what was sent is deleted
    before = counts(outside)
    for login in ('anna', 'ben'):
        account = Account(outside, login, kind)
        mine = account('customer.access', 'search', domain=[])
        assert mine and not set(mine) & set(foreign)
        for call in (
            lambda: account.create('res.partner', name='Mine', is_company=True, is_customer=True, email='m@example.com'),
            lambda: account.create('customer.access', customer_id=azure, name='Mole', email='mole@example.com'),
            lambda: account.create('customer.administrator', customer_id=azure, user_id=2),
            lambda: account('customer.access', 'write', mine, vals={'scope': 'all', 'manages_accesses': True}),
            lambda: account('customer.access', 'action_invite', mine),
            lambda: account('customer.access', 'action_revoke', mine),
            lambda: account('customer.access', 'unlink', mine),
            lambda: account('customer.access', 'read', foreign, fields=['name', 'email']),
            lambda: account('res.partner', 'read', [deco], fields=['name', 'email']),
            lambda: account('customer.group', 'search', domain=[]),
            lambda: account('customer.authorisation', 'search', domain=[]),
            lambda: account('customer.invitation', 'search', domain=[]),
            lambda: account('res.users', 'action_create_integrator_key', [2]),
        ):
            with pytest.raises(Refused) as refused:
                call()
            assert 'deco.example.com' not in str(refused.value)
    assert counts(outside) == before


@pytest.mark.parametrize('kind', CLIENTS)
def test_staff_are_refused(outside, integrator, kind):
    """Issue 3.14: a specialist does nothing to others' customers; only managers determine authorisations."""
    [(azure,), (deco,)] = outside.query(
        "SELECT id FROM res_partner WHERE name IN ('Azure Interior', 'Deco Addict') AND parent_id IS NULL ORDER BY name")
    foreign = [number for number, in outside.query('SELECT id FROM customer_access WHERE customer_id = %s', deco)]
    specialist, agent = (Account(outside, login, kind) for login in ('specialist', 'agent'))
    shop = Account(outside, 'shop', kind, integrator)
    [(uid,)] = outside.query("SELECT id FROM res_users WHERE login = 'specialist'")
    outside.send_mail_queue()  # what was sent is deleted
    before = counts(outside)
    calls = [
        lambda: specialist.create('customer.access', customer_id=deco, name='Mole', email='mole@example.com'),
        lambda: specialist('customer.access', 'read', foreign, fields=['name', 'email']),
        lambda: specialist('customer.access', 'write', foreign, vals={'scope': 'all'}),
        lambda: specialist('customer.access', 'action_invite', foreign),
        lambda: specialist('customer.access', 'action_revoke', foreign),
        lambda: specialist('res.partner', 'write', [deco], vals={'name': 'taken'}),
        lambda: specialist('res.partner', 'write', [azure], vals={'customer_number': 'X1'}),
        lambda: specialist.create('res.users', name='x', login='x'),
    ]
    for account in (specialist, agent, shop):
        calls += [
            lambda account=account: account.create('customer.administrator', customer_id=deco, user_id=uid),
            lambda account=account: account.create('customer.processor', res_model='customer.ticket', res_id=1, user_id=uid),
            lambda account=account: account.create('customer.authorise.wizard', kind='administrator'),
            lambda account=account: account('customer.access', 'write', foreign, vals={'state': 'activated'}),
            lambda account=account: account('customer.invitation', 'search', domain=[]),
        ]
    for call in calls:
        with pytest.raises(Refused):
            call()
    assert specialist('customer.access', 'search_count', domain=[('id', 'in', foreign)]) == 0
    assert counts(outside) == before
    assert log_in(outside, 'shop', 'shop-password') != '/my', 'integrators have no interface'


def test_rights_at_the_next_request(outside):
    """Issue 3.11: a right counts from the next request on, on whichever worker, and ends like that."""
    manager, specialist = (Account(outside, login, 'JSON-2') for login in ('manager', 'specialist'))
    [(deco,)] = outside.query("SELECT id FROM res_partner WHERE name = 'Deco Addict'")
    [(uid,)] = outside.query("SELECT id FROM res_users WHERE login = 'specialist'")

    def seen():
        return {specialist('customer.ticket', 'search_count', domain=[('commercial_partner_id', '=', deco)])
                for _request in range(6)}

    before = seen()
    assert len(before) == 1
    for _round in range(2):
        right = manager.create('customer.administrator', customer_id=deco, user_id=uid)
        [(tickets,)] = outside.query('SELECT count(*) FROM customer_ticket WHERE commercial_partner_id = %s', deco)
        assert seen() == {tickets} != before
        manager('customer.administrator', 'unlink', [right])
        assert seen() == before


def test_customer_makes_a_key(outside):
    """Issue 3.14: in the demonstration customers make API keys; a key opens what its owner sees, and ends when deleted."""
    visitor = outside.portal('clara')

    def call(model, method, *args, **kwargs):
        answer = visitor.session.post(f'{outside.url}/web/dataset/call_kw/{model}/{method}', timeout=120, json={
            'jsonrpc': '2.0', 'method': 'call', 'params': {
                'model': model, 'method': method, 'args': args, 'kwargs': kwargs}}).json()
        assert 'error' not in answer, answer
        return answer['result']

    [wizard] = call('res.users.apikeys.description', 'create', [{'name': 'my program', 'duration': '1'}])
    check = call('res.users.apikeys.description', 'make_key', [wizard])
    assert check['res_model'] == 'res.users.identitycheck', 'the password is asked first'
    shown = call('res.users.identitycheck', 'run_check', [check['res_id']], context={'password': 'clara'})
    clara = Account(outside, 'clara', 'JSON-2', shown['context']['default_key'])
    tickets = {row['commercial_partner_id'][1] for row in clara(
        'customer.ticket', 'search_read', domain=[], fields=['commercial_partner_id'])}
    assert tickets == {'Deco Addict'}
    [key] = clara('res.users.apikeys', 'search', domain=[('name', '=', 'my program')])
    call('res.users.apikeys', 'remove', [key])
    with pytest.raises(Refused):
        clara('customer.ticket', 'search', domain=[])


def test_nothing_went_wrong(outside, earlier):
    """Issue 3.14: none of this made the server complain of an error."""
    assert [line for line in outside.complaints()[earlier:] if 'odoo.http' not in line and 'xmlrpc' not in line] == []
