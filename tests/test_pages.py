"""Issue 2.16: the portal pages in Chromium at 1280 and 390 pixels: axe-core, overflow, labels, keyboard."""

import uuid

import pytest

from tools import axe

WIDTHS = [1280, 390]
WCAG = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']
PAGES = [
    '/my', '/my/tickets', '/my/tickets?filterby=closed&groupby=stage', '/my/tickets?search=nothing-at-all',
    '/my/tickets/new', 'ticket', '/my/tickets/2000000', '/my/accesses', '/my/accesses/new',
    '/my/appointments', '/my/appointments/new', '/my/appointments/feed',
    '/my/quotes?filterby=all', '/my/orders', '/my/invoices', '/my/invoices/overdue', 'offer', 'order', 'invoice', 'invoices together',
    '/my/rmas', '/my/rmas/new', 'rma', 'goods to return',
    '/my/files', '/my/files?groupby=project', '/my/files/notifications', '/my/requests', '/withdrawal',
]
OVERFLOW = """() => {
    const width = document.documentElement.clientWidth;
    const wide = [...document.querySelectorAll('body *')].filter(
        (element) => element.getBoundingClientRect().right > width + 1 && element.checkVisibility());
    const scrolls = document.documentElement.scrollWidth > width;
    return scrolls ? wide.map((element) => element.outerHTML.slice(0, 120)) : [];
}"""


@pytest.fixture(scope='session')
def axe_script():
    return axe.script()


@pytest.fixture(scope='module')
def cookie(outside):
    """Session of Anna's."""
    return {'name': 'session_id', 'value': outside.portal('anna').session.cookies['session_id'], 'url': outside.url}


@pytest.fixture
def anna(page, cookie):
    """A page of Anna's, logged in."""
    page.context.add_cookies([cookie])
    return page


@pytest.fixture(scope='module')
def ticket(outside):
    """Path of a ticket of Anna's with messages."""
    [(number,)] = outside.query("""
        SELECT t.id FROM customer_ticket t JOIN res_users u ON u.partner_id = t.partner_id
         WHERE u.login = 'anna' AND t.state != 'closed' ORDER BY t.id LIMIT 1""")
    return f'/my/tickets/{number}'


@pytest.fixture(scope='module')
def named(outside, ticket):
    """{name in PAGES: path} of pages of single documents of Anna's."""
    def one(query):
        return outside.query(f"""
            SELECT d.id FROM {query} AND d.partner_id = (SELECT partner_id FROM res_users WHERE login = 'anna')
             ORDER BY d.id LIMIT 1""")[0][0]  # noqa: S608 - our own texts
    offer, order = (one(f"sale_order d WHERE d.state = '{state}'") for state in ('sent', 'sale'))
    invoice = one("account_move d WHERE d.move_type = 'out_invoice' AND d.payment_state = 'not_paid'")
    [(rma, sold)] = outside.query("""
        SELECT max(r.id), max(o.id) FROM customer_rma r JOIN customer_rma_line l ON l.rma_id = r.id
          JOIN sale_order_line s ON s.id = l.order_line_id JOIN sale_order o ON o.id = s.order_id
         WHERE r.state = 'approved' AND r.commercial_partner_id = (
               SELECT p.commercial_partner_id FROM res_users u JOIN res_partner p ON p.id = u.partner_id
                WHERE u.login = 'anna')""")
    return {
        'rma': f'/my/rmas/{rma}', 'goods to return': f'/my/rmas/new?orders={sold}',
        'ticket': ticket, 'offer': f'/my/orders/{offer}', 'order': f'/my/orders/{order}', 'invoice': f'/my/invoices/{invoice}',
        'invoices together': f'/my/invoices/pay?ids={invoice}'}


def check(page, axe_script, width):
    """Assert that the page that is shown has no violation of WCAG 2.2 AA and does not scroll sideways."""
    page.set_viewport_size({'width': width, 'height': 900})
    assert page.evaluate(OVERFLOW) == []
    page.evaluate(axe_script)
    # Odoo's own line "Powered by" in the footer of the website is not ours
    result = page.evaluate('''(tags) => axe.run(
        {exclude: [['.o_brand_promotion']]}, {runOnly: {type: "tag", values: tags}})''', WCAG)
    assert result['passes'], 'axe-core checked nothing'
    assert [
        f'{violation["id"]}: {violation["help"]}: {node["html"][:200]}'
        for violation in result['violations'] for node in violation['nodes']
    ] == []


@pytest.mark.parametrize('width', WIDTHS)
@pytest.mark.parametrize('path', PAGES)
def test_accessible(anna, axe_script, named, path, width):
    """Issue 2.16: Issue 6.1: axe-core finds no violation of WCAG 2.2 AA on our pages, and nothing overflows."""
    anna.goto(named.get(path, path))
    check(anna, axe_script, width)


@pytest.mark.parametrize('width', WIDTHS)
def test_errors_of_a_form_accessible(anna, axe_script, width):
    """Issue 2.16: the form with its error messages is accessible too, and names the fields in error."""
    anna.goto('/my/tickets/new')
    anna.evaluate("document.querySelector('form.o_customer_form').noValidate = true")
    anna.get_by_role('button', name='Send request').click()
    anna.get_by_role('alert').wait_for()
    check(anna, axe_script, width)
    assert anna.get_by_label('Subject').get_attribute('aria-invalid') == 'true'
    assert anna.get_by_label('Subject').get_attribute('aria-describedby')


@pytest.mark.parametrize('width', WIDTHS)
def test_visitors_form_accessible(page, axe_script, width):
    """Issue 5.2: the form for visitors, its errors and its thanks are accessible."""
    page.goto('/support/new')
    check(page, axe_script, width)
    page.get_by_label('Subject').fill('x')
    page.evaluate("document.querySelector('form.o_customer_form').noValidate = true")
    page.get_by_role('button', name='Send request').click()
    page.locator('#form_errors').wait_for()
    check(page, axe_script, width)
    page.goto('/support/thanks')
    check(page, axe_script, width)


@pytest.mark.parametrize('width', WIDTHS)
def test_long_words(anna, outside, axe_script, width):
    """Issue 2.16: a subject, a text and a file name of one long word do not widen the page."""
    word = uuid.uuid4().hex * 6
    portal = outside.portal('anna')
    answer = portal.new_ticket(
        name=word[:120], description=word, files=[(f'{word[:100]}.txt', b'text', 'text/plain')])
    assert answer.status_code == 303
    for path in (answer.headers['Location'], '/my/tickets', '/my'):
        anna.goto(path)
        check(anna, axe_script, width)


@pytest.mark.parametrize('path', ['/my', '/my/tickets', '/my/tickets/new', 'ticket', '/my/accesses/new', '/my/invoices', 'offer'])
def test_labels(anna, named, path):
    """Issue 2.16: each field that one can see has an accessible name."""
    anna.goto(named.get(path, path))
    nameless = anna.evaluate("""() => [...document.querySelectorAll('input, select, textarea, button')]
        .filter((field) => field.type !== 'hidden' && field.checkVisibility())
        .filter((field) => !field.labels?.length && !field.getAttribute('aria-label') && !field.textContent.trim()
            && !document.getElementById(field.getAttribute('aria-labelledby')) && !field.title)
        .map((field) => field.outerHTML)""")
    assert nameless == []


def test_receipt_by_scanner(page, outside):
    """Issue 7.16: a scanner types a code and Enter, one after the other: goods are received, an unknown code is named."""
    [(number,)] = outside.query("""
        SELECT max(r.number) FROM customer_rma r JOIN stock_picking p ON p.customer_rma_id = r.id
         WHERE r.state = 'approved' AND p.state = 'assigned'""")
    [action] = outside.xmlrpc('admin')('ir.model.data', 'search_read', [
        ('module', '=', 'customer_rma'), ('name', '=', 'customer_rma_scan_action')], ['res_id'])
    page.context.add_cookies([{
        'name': 'session_id', 'value': outside.portal('agent').session.cookies['session_id'], 'url': outside.url}])
    page.goto(f'/odoo/action-{action["res_id"]}')
    for code, said in (('RMA-unknown', 'RMA-unknown: '), (number, f'{number}: ')):
        page.locator('.modal input:focus').wait_for()
        page.keyboard.type(code)
        page.keyboard.press('Enter')
        page.locator('.modal').get_by_text(said).wait_for()
    assert outside.query("""
        SELECT p.state FROM stock_picking p JOIN customer_rma r ON r.id = p.customer_rma_id
         WHERE r.number = %s""", number) == [('done',)]


def tab_to(page, name):
    """Press Tab until the focus is on the element with this accessible name or text."""
    for _step in range(60):
        page.keyboard.press('Tab')
        found = page.evaluate("""() => {
            const at = document.activeElement;
            return [at.getAttribute('aria-label'), at.labels?.[0]?.textContent, at.textContent].map(
                (text) => (text || '').trim());
        }""")
        if name in found:
            outline = page.evaluate("""() => {
                const style = getComputedStyle(document.activeElement);
                return style.outlineStyle + style.boxShadow;
            }""")
            assert outline != 'nonenone', f'the focus on {name} is invisible'
            return
    raise AssertionError(f'{name} cannot be reached by Tab')


@pytest.mark.parametrize('width', WIDTHS)
def test_new_ticket_by_keyboard(anna, outside, width):
    """Issue 2.16: from the list to a new ticket and an answer with the keyboard only."""
    subject = f'By keyboard {uuid.uuid4().hex[:8]}'
    anna.set_viewport_size({'width': width, 'height': 900})
    anna.goto('/my/tickets')
    tab_to(anna, 'New ticket')
    anna.keyboard.press('Enter')
    anna.wait_for_url('**/my/tickets/new')
    tab_to(anna, 'Subject')
    anna.keyboard.type(subject)
    tab_to(anna, 'What can we do for you?')
    anna.keyboard.type('No mouse here')
    tab_to(anna, 'Send request')
    anna.keyboard.press('Enter')
    anna.wait_for_url('**/my/tickets/*created=1')
    tab_to(anna, 'Message')
    anna.keyboard.type('One more thing')
    tab_to(anna, 'Send answer')
    anna.keyboard.press('Enter')
    anna.wait_for_url('**sent=1*')
    assert outside.query("""
        SELECT count(*) FROM mail_message m JOIN customer_ticket t ON t.id = m.res_id
         WHERE m.model = 'customer.ticket' AND m.message_type = 'comment' AND t.name = %s""", subject) == [(2,)]
