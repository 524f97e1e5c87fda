"""Issue 5.4: tickets by XML-RPC, JSON-2 and odoorpc, for programs, staff and customers of the running server."""

import base64
import uuid
import xmlrpc.client

import odoorpc
import odoorpc.error
import pytest

TICKET, LEDGER = 'customer.ticket', 'customer.ticket.delivery'
KINDS = ('XML-RPC', 'JSON-2', 'odoorpc')
STAFF = ('program', 'agent', 'specialist')
ANNA = 'anna@azure.example.com'
CONTENT = b'%PDF-1.4 door'
FILE = {'name': 'door.pdf', 'content': base64.b64encode(CONTENT).decode()}
PROGRAM = 'tickets-program'


class Refused(Exception):
    """The server refused a call; the text is what it says."""


class Account:
    """One login with one kind of client: `account(model, method, ids, **arguments)`."""

    def __init__(self, outside, login, kind, key):
        self.outside, self.login, self.kind, self.key = outside, login, kind, key
        if kind == 'XML-RPC':
            common = xmlrpc.client.ServerProxy(f'{outside.url}/xmlrpc/2/common')
            self.uid = common.authenticate(outside.database, login, key, {})
            assert self.uid, f'{login} cannot log in'
        elif kind == 'odoorpc':
            self.client = odoorpc.ODOO('127.0.0.1', port=outside.port, version='19.0', timeout=120)
            self.client.login(outside.database, login, key)

    def __call__(self, model, method, ids=None, **arguments):
        """Call a method of records (`ids`) or of a model (without)."""
        if self.kind == 'JSON-2':
            self.outside.keys[self.login] = self.key
            answer = self.outside.json2(self.login, model, method, **arguments, **({} if ids is None else {'ids': ids}))
            if answer.status_code == 200:
                return answer.json()
            assert answer.status_code < 500, answer.text
            raise Refused(answer.json()['message'])
        positional = [] if ids is None else [ids]
        if method == 'create':
            positional = [arguments.pop('vals_list')]
        try:
            if self.kind == 'odoorpc':
                return self.client.execute_kw(model, method, positional, arguments)
            return xmlrpc.client.ServerProxy(f'{self.outside.url}/xmlrpc/2/object', allow_none=True).execute_kw(
                self.outside.database, self.uid, self.key, model, method, positional, arguments)
        except odoorpc.error.RPCError as error:
            raise Refused(str(error)) from None
        except xmlrpc.client.Fault as fault:
            raise Refused(fault.faultString) from None


@pytest.fixture(scope='module')
def key(outside):
    """The API key of a program, made by the administrator as the documentation says."""
    admin = outside.xmlrpc('admin')
    [(group,)] = outside.query("SELECT res_id FROM ir_model_data WHERE name = 'group_customer_services_integrator'")
    user = admin('res.users', 'create', {
        'name': 'Tickets', 'login': PROGRAM, 'email': 'tickets@example.com', 'group_ids': [(4, group)]})
    return admin('res.users', 'action_create_integrator_key', [user])['context']['default_key']


@pytest.fixture(scope='module')
def accounts(outside, key):
    """Function (role, kind) that returns an Account, the same for the same arguments."""
    made = {}

    def account(role, kind):
        if (role, kind) not in made:
            login, secret = (PROGRAM, key) if role == 'program' else (role, outside.keys[role] if kind == 'JSON-2' else role)
            made[role, kind] = Account(outside, login, kind, secret)
        return made[role, kind]
    return account


@pytest.fixture(scope='module')
def anna(outside):
    """Id of Anna's contact."""
    [(number,)] = outside.query('SELECT id FROM res_partner WHERE email = %s', ANNA)
    return number


@pytest.fixture(scope='module')
def foreign(outside):
    """Ids of what is foreign or hidden: a contact and a ticket of Deco Addict, a hidden team and type, a stage not in use."""
    manager = outside.xmlrpc('manager')
    [(clara,)] = outside.query("SELECT id FROM res_partner WHERE email = 'clara@deco.example.com'")
    [ticket] = manager(TICKET, 'create', [{'partner_id': clara, 'name': 'Foreign', 'description': '<p>Hidden words</p>'}])
    team = manager('customer.ticket.team', 'create', {
        'name': f'Hidden {uuid.uuid4().hex[:6]}', 'portal_published': False, 'company_id': False})
    kind = manager('customer.ticket.type', 'create', {
        'name': f'Hidden {uuid.uuid4().hex[:6]}', 'portal_published': False, 'team_ids': [(6, 0, [team])]})
    [(anna_user,)] = outside.query("SELECT id FROM res_users WHERE login = 'anna'")
    return {'contact': clara, 'ticket': ticket, 'team': team, 'type': kind, 'user': anna_user}


def state(outside):
    """Return all that a refused call must leave as it is."""
    outside.send_mail_queue()  # a job that is still running would change something
    return {**outside.count(), 'tickets': outside.query('SELECT * FROM customer_ticket ORDER BY id')}


def refused(account, words, *args, **arguments):
    """Assert that a call is refused with a message that contains `words` (texts), and nothing else is told."""
    with pytest.raises(Refused) as caught:
        account(*args, **arguments)
    text = str(caught.value)
    assert 'Traceback' not in text, text
    assert any(word in text for word in words), text


# ----------------------------------------------------------------------
# What each may do
# ----------------------------------------------------------------------

@pytest.mark.parametrize('kind', KINDS)
@pytest.mark.parametrize('role', STAFF)
def test_staff(outside, accounts, anna, role, kind):
    """Issue 5.4: a ticket with a file, answers, notes, stage, assignee, messages, ledger, search, closing."""
    call, name = accounts(role, kind), f'{role} {kind} {uuid.uuid4().hex[:8]}'
    made = call(TICKET, 'submit', values={
        'partner_id': anna, 'name': name, 'description': 'The door <jams>', 'priority': '1'}, files=[FILE], key=name)
    again = call(TICKET, 'submit', values={'partner_id': anna, 'name': name}, key=name)
    assert again == made, 'tried again, it is the same ticket'
    ticket = made['id']
    assert outside.query("""
        SELECT t.number, t.priority, c.name FROM customer_ticket t JOIN res_partner c ON c.id = t.commercial_partner_id
         WHERE t.name = %s""", name) == [(made['number'], '1', 'Azure Interior')]
    answer = call(TICKET, 'reply', [ticket], body='PUBLIC <words>', files=[FILE])
    call(TICKET, 'reply', [ticket], body='INTERNAL words', internal=True)
    messages = call('mail.message', 'search_read', fields=['body', 'author_id', 'attachment_ids'], order='id', domain=[
        ['model', '=', TICKET], ['res_id', '=', ticket], ['message_type', '=', 'comment']])
    assert [bool(message['attachment_ids']) for message in messages] == [True, True, False]
    for message, words in zip(messages, ('&lt;jams&gt;', 'PUBLIC &lt;words&gt;', 'INTERNAL'), strict=True):
        assert words in message['body']
    [file] = call('ir.attachment', 'read', messages[0]['attachment_ids'], fields=['datas', 'name'])
    assert (file['name'], base64.b64decode(file['datas'])) == ('door.pdf', CONTENT)
    rows = call(LEDGER, 'search_read', domain=[['message_id', '=', answer]], fields=['status', 'kind'])
    assert [(row['kind'], row['status'] in ('queued', 'sent')) for row in rows] == [('public', True)]
    [stage] = call('customer.ticket.stage', 'search', domain=[['state', '=', 'waiting']], limit=1)
    [(user,)] = outside.query("SELECT id FROM res_users WHERE login = 'agent'")
    call(TICKET, 'write', [ticket], vals={'stage_id': stage, 'user_id': user})
    [row] = call(TICKET, 'search_read', domain=[['name', '=', name]], fields=['state', 'user_id'])
    assert (row['id'], row['state'], row['user_id'][0]) == (ticket, 'waiting', user)
    for method, closed in (('close', True), ('close', True), ('reopen', False), ('close', True)):
        assert call(TICKET, method, [ticket]) is True
        assert outside.query('SELECT is_closed FROM customer_ticket WHERE id = %s', ticket) == [(closed,)]


@pytest.mark.parametrize('kind', KINDS)
def test_customer(outside, accounts, foreign, kind):
    """Issue 5.4: a customer opens a ticket with a file, answers, reads, searches and closes; he sees no note."""
    call, name = accounts('anna', kind), f'anna {kind} {uuid.uuid4().hex[:8]}'
    ticket = call(TICKET, 'submit', values={'name': name, 'description': 'My door'}, files=[FILE], key=name)['id']
    assert call(TICKET, 'submit', values={'name': name, 'description': 'My door'}, key=name)['id'] == ticket
    agent = accounts('agent', 'XML-RPC')
    agent(TICKET, 'reply', [ticket], body='INTERNAL words', internal=True)
    agent(TICKET, 'reply', [ticket], body='PUBLIC words')
    call(TICKET, 'reply', [ticket], body='My answer', files=[FILE])
    bodies = ' '.join(message['body'] for message in call(
        'mail.message', 'search_read', fields=['body'], order='id',
        domain=[['model', '=', TICKET], ['res_id', '=', ticket]]))
    assert all(words in bodies for words in ('My door', 'PUBLIC', 'My answer'))
    assert 'INTERNAL' not in bodies
    assert call(TICKET, 'search', domain=[['name', '=', name]]) == [ticket]
    assert call(TICKET, 'search', domain=[['id', '=', foreign['ticket']]]) == []
    assert outside.query('SELECT count(*) FROM ir_attachment WHERE res_model = %s AND res_id = %s', TICKET, ticket) == [(2,)]
    call(TICKET, 'close', [ticket])
    assert call(TICKET, 'read', [ticket], fields=['state'])[0]['state'] == 'closed'
    call(TICKET, 'reopen', [ticket])
    before = state(outside)
    for method, arguments in (
            ('reply', {'body': 'x', 'internal': True}), ('write', {'vals': {'user_id': False}}),
            ('write', {'vals': {'priority': '2'}}), ('unlink', {})):
        refused(call, ('not allowed', 'Only staff', 'not have'), TICKET, method, [ticket], **arguments)
    refused(call, ('not allowed', 'not have'), LEDGER, 'search_read', domain=[], fields=['status'])
    assert state(outside) == before


# ----------------------------------------------------------------------
# What is refused
# ----------------------------------------------------------------------

NOT_HIS = ('not allowed', 'not have', 'top-secret', 'access', 'may not see')


@pytest.mark.parametrize('kind', KINDS)
def test_customer_refused(outside, accounts, foreign, anna, kind):
    """Issue 5.4: foreign teams, types, owners and tickets, wrong files: refused with a reason, nothing is stored."""
    call, good = accounts('anna', kind), {'name': 'Door', 'description': 'It jams'}
    before = state(outside)
    for values, words in (
            ({'team_id': foreign['team']}, 'one of the teams'), ({'team_id': 999999999}, 'one of the teams'),
            ({'type_id': foreign['type']}, 'one of the categories'), ({'priority': '2'}, 'one of the priorities'),
            ({'partner_id': anna}, 'cannot be set'), ({'user_id': foreign['user']}, 'cannot be set'),
            ({'stage_id': 1}, 'cannot be set'), ({'name': ' '}, 'enter a subject'), ({'description': ''}, 'describe'),
            ({'name': 'x' * 201}, 'at most 200'), ({'description': 'x' * 20001}, 'at most 20000'),
            ({'name': ['Door']}, 'no value for'), ({'team_id': 'x'}, 'no value for')):
        refused(call, [words], TICKET, 'submit', values={**good, **values})
    for files, words in (
            ([{'name': 'a.exe', 'content': FILE['content']}], 'not allowed'), ([{'name': 'a.pdf', 'content': '%'}], 'base64'),
            (['a.pdf'], 'base64'), ('x', 'base64'), ([{'name': 'a.pdf', 'content': ''}], 'empty')):
        refused(call, [words], TICKET, 'submit', values=good, files=files)
    refused(call, ['dictionary'], TICKET, 'submit', values='Door')
    [own] = call(TICKET, 'search', domain=[['is_closed', '=', False]], limit=1)
    refused(call, ['write a message'], TICKET, 'message_post', [own], body=5)
    refused(call, ['at most 20000'], TICKET, 'message_post', [own], body='x' * 20001)
    refused(call, ['a text of at most'], TICKET, 'reply', [own], body=['x'])
    refused(call, ['key'], TICKET, 'submit', values=good, key='x' * 65)
    for method, arguments in (('read', {'fields': ['name']}), ('reply', {'body': 'x'}), ('close', {}), ('reopen', {})):
        refused(call, NOT_HIS, TICKET, method, [foreign['ticket']], **arguments)
    assert state(outside) == before


@pytest.mark.parametrize('kind', KINDS)
def test_specialist_refused(outside, accounts, foreign, kind):
    """Issue 5.4: a specialist reaches no customer but his own."""
    call = accounts('specialist', kind)
    before = state(outside)
    refused(call, NOT_HIS, TICKET, 'submit', values={'partner_id': foreign['contact'], 'name': 'Door'})
    refused(call, NOT_HIS, TICKET, 'create', vals_list=[{'partner_id': foreign['contact'], 'name': 'Door'}])
    for method, arguments in (('read', {'fields': ['name']}), ('reply', {'body': 'x'}), ('close', {}),
                              ('write', {'vals': {'name': 'Mine'}}), ('message_post', {'body': 'x'})):
        refused(call, NOT_HIS, TICKET, method, [foreign['ticket']], **arguments)
    assert call(LEDGER, 'search', domain=[['ticket_id', '=', foreign['ticket']]]) == []
    assert state(outside) == before


WRONG = [
    ({'name': 5}, 'no value for'), ({'name': ['x']}, 'no value for'), ({'name': 'x' * 201}, 'at most 200'),
    ({'name': ' '}, 'subject'), ({'description': {'a': 1}}, 'no value for'), ({'priority': '9'}, 'no value for'),
    ({'open_date': 'yesterday'}, 'no value for'), ({'closed_date': '2026-13-45 00:00:00'}, 'no value for'),
    ({'team_id': 'Support'}, 'no value for'), ({'user_id': 1.5}, 'no value for'), ({'stage_id': -1}, 'no value for'),
    ({'tag_ids': 'urgent'}, 'no value for'), ({'colour': 'red'}, 'no field'),
]


@pytest.mark.parametrize('kind', KINDS)
def test_wrong_values(outside, accounts, anna, foreign, kind):
    """Issue 5.4: wrong types, dates and names, too long texts: a message that names the field, in create and write."""
    call, good = accounts('agent', kind), {'partner_id': anna, 'name': 'Door'}
    before = state(outside)
    for values, words in WRONG:
        refused(call, [words], TICKET, 'create', vals_list=[{**good, **values}])
        refused(call, [words], TICKET, 'write', [foreign['ticket']], vals=values)
    for values, words in (
            ({'partner_id': 999999999}, ('exist', 'deleted', 'required')), ({'partner_id': 'Anna'}, ['no value for']),
            ({'team_id': 999999999}, ('exist', 'deleted', 'required')), ({'user_id': foreign['user']}, ['no employee'])):
        refused(call, words, TICKET, 'create', vals_list=[{**good, **values}])
    refused(call, ['requester'], TICKET, 'submit', values={'name': 'Door'})
    refused(call, ['cannot be set'], TICKET, 'submit', values={**good, 'state': 'closed'})
    refused(call, ['a text of at most'], TICKET, 'reply', [foreign['ticket']], body=5)
    refused(call, ['a text or a file'], TICKET, 'reply', [foreign['ticket']], body=' ')
    assert state(outside) == before


@pytest.mark.parametrize('kind', ['XML-RPC', 'odoorpc'])
def test_wrong_login(outside, kind):
    """Issue 5.4: a wrong password opens nothing (a wrong key of JSON-2: tests/test_clients.py)."""
    with pytest.raises((AssertionError, odoorpc.error.RPCError)):
        Account(outside, 'agent', kind, 'wrong')
