"""Issue 10: strangers register, from outside: in four languages in Chromium, and a thousand robots at once."""

import random
import re
import threading
import uuid
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests

from tests.outside import Portal, said
from tests.test_agenda_pages import LANGUAGES, in_language, languages  # noqa: F401 - a fixture
from tests.test_pages import axe_script, check  # noqa: F401 - a fixture

pytestmark = pytest.mark.xdist_group('test_agenda_pages')  # the server there has four languages
FORM = '/register/customers'
PASSWORD, NEXT_PASSWORD = 'four quiet brown rivers', 'nine small green islands'
#: code of the language, width of the window, button of the form
VISITS = [('en', 1280, 'Register'), ('de', 390, 'Registrieren'), ('nl', 390, 'Registreren'), ('fr', 390, "S'inscrire")]
ROBOTS, SOURCES, PER_SOURCE = 1000, 4, 10
TIMEOUT = 300  # seconds


def address(kind='visitor'):
    """Return an e-mail address of nobody."""
    return f'{uuid.uuid4().hex[:10]}@{kind}.example.com'


def link_in(message, path):
    """Return the path of the link in a mail that contains ``path``."""
    html = message.get_body(('html',)).get_content().replace('&amp;', '&')
    return re.search(rf'https?://[^/"]+([^"\s]*{path}[^"\s]*)', html)[1]


@pytest.mark.parametrize(('code', 'width', 'button'), VISITS)
def test_flow(page, outside, mail, languages, axe_script, code, width, button):  # noqa: F811
    """Issue 10.3: Issue 10.10: register with proof by mail, log out, reset the password, log in, in the visitor's language."""
    lang = in_language(page, outside, code, width)
    email = address()
    page.goto('/web/login')
    page.goto(page.get_attribute("a[href*='/web/signup']", 'href'))
    assert page.evaluate('() => document.documentElement.lang') == lang.replace('_', '-')
    check(page, axe_script, width)
    page.fill('[name=name]', 'Vera Visitor')
    page.fill('[name=email]', email)
    page.click(f'form[action*="{FORM}"] button[type=submit] >> text={button}')
    assert email in page.text_content('main')
    [message] = mail.wait('/register/link/', email)
    page.goto(link_in(message, '/register/link/'))
    check(page, axe_script, width)
    page.fill('[name=password]', PASSWORD)
    page.fill('[name=confirm_password]', PASSWORD)
    page.click("form[action$='/password'] button[type=submit]")
    page.wait_for_url('**/my')
    assert 'Vera Visitor' in page.text_content('body')
    page.goto('about:blank')  # or a request of the page before brings its session back
    page.context.clear_cookies()
    in_language(page, outside, code, width)
    page.goto('/web/reset_password')
    page.fill('[name=login]', email)
    page.click('form.oe_reset_password_form button[type=submit]')
    [message] = mail.wait('/web/reset_password', email)
    page.goto(link_in(message, '/web/reset_password'))
    page.fill('[name=password]', NEXT_PASSWORD)
    page.fill('[name=confirm_password]', NEXT_PASSWORD)
    page.click('form.oe_reset_password_form button[type=submit]')
    page.goto('/web/login')
    page.fill('[name=login]', email)
    page.fill('[name=password]', NEXT_PASSWORD)
    page.click("form.oe_login_form button[type=submit]")
    page.wait_for_url('**/my*')
    assert outside.query('SELECT p.lang FROM res_users u JOIN res_partner p ON p.id = u.partner_id WHERE login = %s', email) == [(lang,)]


class Source(requests.adapters.HTTPAdapter):
    """Speaks from one address of the loopback network."""

    def __init__(self, address):
        self.address = address
        super().__init__()

    def init_poolmanager(self, *args, **kwargs):
        super().init_poolmanager(*args, source_address=(self.address, 0), **kwargs)


def visitor_from(outside, source):
    """Return a :class:`Portal` that speaks from an address."""
    portal = Portal(outside.url)
    portal.session.mount('http://', Source(source))
    return portal


def test_flood(outside, mail):
    """Issue 10.8: of 1,000 robots from four addresses no login comes, mails up to the cap, and a visitor gets through."""
    tables = ('res_users', 'res_partner', 'customer_access', 'sms_sms')

    def count():
        return [outside.query(f'SELECT count(*) FROM {table}')[0][0] for table in tables]  # noqa: S608 - our own names
    before, statuses, middle = count(), [], threading.Event()
    robots = [visitor_from(outside, f'127.0.0.{number}') for number in range(11, 11 + SOURCES)]
    forms = [robot.form(FORM) for robot in robots]

    def send(number):
        robot, form = robots[number % SOURCES], forms[number % SOURCES]
        name = ''.join(random.choices('abcdefghijklmnopqrstuvwxyz', k=10))  # noqa: S311 - no secret
        answer = robot.post(f'{FORM}/send', {**form, 'name': name, 'email': address('robot')})
        statuses.append(answer.status_code)
        if len(statuses) >= ROBOTS // 2:
            middle.set()

    with ThreadPoolExecutor(SOURCES) as pool:
        flood = [pool.submit(send, number) for number in range(ROBOTS)]
        assert middle.wait(TIMEOUT)
        email, person = address(), visitor_from(outside, '127.0.0.99')
        answer = person.post(f'{FORM}/send', {**person.form(FORM), 'name': 'Vera Visitor', 'email': email})
        assert email in answer.text
        [message] = mail.wait('/register/link/', email)
        link = link_in(message, '/register/link/')
        proof = {'password': PASSWORD, 'confirm_password': PASSWORD}
        assert person.post(f'{link}/password', {**person.form(link), **proof}).url.endswith('/my')
        for sent in flood:
            sent.result()
    assert len(statuses) == ROBOTS and set(statuses) == {200, 429}
    hours = outside.query('SELECT count(DISTINCT period) FROM customer_registration_quota')[0][0]
    cap = SOURCES * PER_SOURCE * hours
    assert SOURCES * PER_SOURCE <= outside.query(
        "SELECT count(*) FROM customer_registration WHERE email LIKE '%%@robot.example.com'")[0][0] <= cap
    assert sum('@robot.example.com' in str(recipients) for recipients, message in mail.messages) <= cap
    assert not any('@robot' in said(message) for recipients, message in mail.messages if email in recipients)
    assert count() == [before[0] + 1, before[1] + 1, before[2] + 1, before[3]]
