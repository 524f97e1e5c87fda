"""Issue 5.25: two employees at one ticket in two browsers; they see each other live, by the websocket alone."""

import uuid

import pytest

from tests.outside import Outside

ANNA = 'anna@azure.example.com'
NOTHING = {'jsonrpc': '2.0', 'id': 1, 'result': None}


@pytest.fixture(scope='module')
def server(cluster, templates, mail):
    """A server whose port also serves the websocket, as the proxy of a real one does."""
    with templates.clone(templates.suite(), 'desk') as database:
        served = Outside(cluster, database, mail, workers=0)
        try:
            served.start()
            yield served
        finally:
            served.stop()


@pytest.fixture
def ticket(server):
    """A ticket of Anna's with a message."""
    agent = server.xmlrpc('agent')
    [anna] = agent('res.partner', 'search', [('email', '=', ANNA)])
    return agent('customer.ticket', 'create', {
        'name': f'Desk {uuid.uuid4().hex[:8]}', 'partner_id': anna, 'description': '<p>The door jams</p>'})


@pytest.fixture
def desk(browser, server, ticket):
    """Function (login) that opens the ticket in a browser of its own and returns the page, once it is at the desk."""
    contexts, errors = [], []

    def open_ticket(login):
        context = browser.new_context(base_url=server.url, locale='en-US', viewport={'width': 1280, 'height': 900})
        context.set_default_timeout(60_000)
        contexts.append(context)
        context.add_cookies([{
            'name': 'session_id', 'value': server.portal(login).session.cookies['session_id'], 'url': server.url}])
        page = context.new_page()
        page.on('pageerror', lambda error: errors.append(str(error)))
        with page.expect_response('**/desk_presence'):
            page.goto(f'/odoo/customer.ticket/{ticket}')
        page.get_by_text('The door jams').first.wait_for()
        # from now on the page hears of others by the websocket only, and of no new message before it asks
        page.route('**/desk_presence', lambda route: route.fulfill(json=NOTHING))
        return page

    yield open_ticket
    for context in contexts:
        context.close()
    assert errors == []


def compose(page, text):
    """Write an answer to the customer without sending it."""
    page.get_by_role('button', name='Send message').click()
    page.locator('.o-mail-Composer-input').first.fill(text)


def send(page):
    page.locator('.o-mail-Composer-send').first.click()


def test_presence(desk, server, ticket):
    """Issue 5.25: who has the ticket open, who starts to answer and who leaves is seen at once, without asking."""
    agent, manager = desk('agent'), desk('manager')
    status = agent.locator('.o_ticket_presence')
    agent.get_by_text('Mia Manager has this open too').wait_for()
    manager.get_by_text('Alex Agent has this open too').wait_for()
    manager.unroute('**/desk_presence')
    compose(manager, 'I take it')
    agent.get_by_text('Mia Manager is answering').wait_for()
    manager.locator('.o-mail-Composer-input').first.fill('')
    agent.get_by_text('Mia Manager has this open too').wait_for()
    manager.locator('.o_form_button_create').click()
    status.wait_for(state='detached')


def test_message_that_crosses(desk, server, ticket):
    """Issue 5.25: what the customer wrote meanwhile is shown before an answer leaves; it leaves when that is confirmed."""
    page = desk('agent')

    def answers():
        return [body for body, in server.query("""
            SELECT m.body FROM mail_message m JOIN res_users u ON u.partner_id = m.author_id
             WHERE m.model = 'customer.ticket' AND m.res_id = %s AND u.login = 'agent' AND m.message_type = 'comment'
             ORDER BY m.id""", ticket)]

    def customer_says(text):
        server.xmlrpc('anna')('customer.ticket', 'message_post', [ticket], body=text)

    compose(page, 'Oil it')
    customer_says('It was the window')
    send(page)
    dialog = page.get_by_role('dialog')
    dialog.get_by_text('It was the window').wait_for()
    assert answers() == []
    dialog.get_by_role('button', name='Go on writing').click()
    page.locator('.o-mail-Message').get_by_text('It was the window').wait_for()
    assert page.locator('.o-mail-Composer-input').first.input_value() == 'Oil it'
    customer_says('And it rains in')
    send(page)
    dialog.get_by_text('And it rains in').wait_for()
    assert answers() == []
    with page.expect_response('**/mail/message/post'):
        dialog.get_by_role('button', name='Send my answer all the same').click()
    page.locator('.o-mail-Message').get_by_text('Oil it').wait_for()
    assert len(answers()) == 1
    compose(page, 'Close the window')
    with page.expect_response('**/mail/message/post'):
        send(page)
    page.locator('.o-mail-Message').get_by_text('Close the window').wait_for()
    assert len(answers()) == 2
