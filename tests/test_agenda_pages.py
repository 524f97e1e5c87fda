"""Issue 8.3: booking in Chromium with the keyboard alone, in four languages, also on a phone; axe-core on each page."""

import re
import uuid

import pytest

from tests.test_agenda import kind  # noqa: F401 - a fixture
from tests.test_pages import axe_script, check  # noqa: F401 - a fixture
from tools.testing_odoo import LOG_DIR, shell

LANGUAGES = {'en': 'en_US', 'de': 'de_DE', 'nl': 'nl_NL', 'fr': 'fr_FR'}
ACTIVATE = f"""
codes = {[*LANGUAGES.values()]}
languages = env['res.lang'].browse([env['res.lang']._activate_lang(code).id for code in codes])
env['website'].search([]).language_ids = languages
env['ir.module.module'].search([('name', '=like', 'customer_%'), ('state', '=', 'installed')])._update_translations(codes)
env['ir.config_parameter'].set_param('customer_agenda_website.min_seconds', '0')
env.cr.commit()
env.registry.signal_changes()  # or the workers go on with the languages that they know
"""
#: code of the language, width of the window, button that books
VISITS = [('en', 1280, 'Book'), ('de', 390, 'Buchen'), ('nl', 390, 'Boeken'), ('fr', 390, 'Réserver')]


def focus(page, script):
    """Press Tab until ``script`` (of the focused element ``at``) is true; every stop of the focus is visible."""
    for _step in range(120):
        page.keyboard.press('Tab')
        if page.evaluate(f'() => {{ const at = document.activeElement; return Boolean({script}); }}'):
            return
    raise AssertionError(f'{script} cannot be reached by Tab')


def press(page, script, key='Enter'):
    """Go to an element and press a key; a page that comes is awaited."""
    focus(page, script)
    with page.expect_navigation():
        page.keyboard.press(key)


def choose_time(page, month=True):
    """Choose the first free day of next month and its first slot."""
    if month:
        press(page, "at.rel === 'next nofollow'")
    press(page, "at.href?.includes('day=') && at.closest('table')")
    focus(page, "at.name === 'start'")
    page.keyboard.press('Space')
    assert page.evaluate("() => document.querySelector('input[name=start]:checked')?.value")


@pytest.fixture(scope='module')
def languages(outside):
    """Four languages on the website, with the translations of our addons; programs may be quick."""
    shell(outside.cluster, outside.database, ACTIVATE, LOG_DIR / 'agenda_languages.log')


def in_language(page, outside, code, width):
    """Open the pages in a language, in a window of some width."""
    page.set_viewport_size({'width': width, 'height': 900})
    page.emulate_media(reduced_motion='reduce')  # colours on their way to others are none that axe-core can judge
    page.context.add_cookies([{'name': 'frontend_lang', 'value': LANGUAGES[code], 'url': outside.url}])
    return LANGUAGES[code]


@pytest.fixture
def public_kind(outside, languages, kind):  # noqa: F811
    """A type for everybody, with a question."""
    return kind(1, audience='public', horizon_days=60, question_ids=[(0, 0, {'name': 'Q', 'is_required': True})])


@pytest.mark.parametrize(('code', 'width', 'button'), VISITS)
def test_customer(page, outside, languages, kind, axe_script, code, width, button):  # noqa: F811
    """Issue 8.3: a customer chooses kind, day and slot, and books, with the keyboard alone, in his language."""
    lang = in_language(page, outside, code, width)
    type_id = kind(1, horizon_days=60)
    page.context.add_cookies([
        {'name': 'session_id', 'value': outside.portal('clara').session.cookies['session_id'], 'url': outside.url}])
    page.goto('/my/appointments/new')
    assert page.evaluate('() => document.documentElement.lang') == lang.replace('_', '-')
    check(page, axe_script, width)
    press(page, f"at.href?.endsWith('type={type_id}')")
    choose_time(page)
    check(page, axe_script, width)
    focus(page, "at.name === 'customer_note'")
    page.keyboard.type('No mouse here')
    focus(page, "at.type === 'submit' && at.closest('.o_agenda_book')")
    assert page.evaluate('() => document.activeElement.textContent.trim()') == button
    with page.expect_navigation():
        page.keyboard.press('Enter')
    assert re.search(r'/my/appointments/\d+\?created=1', page.url)
    check(page, axe_script, width)
    assert outside.query('SELECT state, customer_note FROM customer_appointment WHERE type_id = %s', type_id) == [
        ('confirmed', 'No mouse here')]


@pytest.mark.parametrize(('code', 'width', 'button'), VISITS)
def test_visitor(page, outside, mail, public_kind, axe_script, code, width, button):  # noqa: F811
    """Issue 8.3: a visitor books and confirms by the link in his mail, with the keyboard alone, in his language."""
    lang = in_language(page, outside, code, width)
    email = f'{uuid.uuid4().hex[:10]}@visitor.example.com'
    page.goto('/appointments')
    assert page.evaluate('() => document.documentElement.lang') == lang.replace('_', '-')
    check(page, axe_script, width)
    press(page, f"at.href?.endsWith('type={public_kind}')")
    choose_time(page)
    check(page, axe_script, width)
    for name, text in (('name', 'Vera'), ('email', email)):
        focus(page, f"at.name === '{name}'")
        page.keyboard.type(text)
    focus(page, "at.name?.startsWith('q_')")
    page.keyboard.type('Desks')
    focus(page, "at.type === 'submit' && at.closest('.o_agenda_book')")
    assert page.evaluate('() => document.activeElement.textContent.trim()') == button
    with page.expect_navigation():
        page.keyboard.press('Enter')
    assert email in page.text_content('main')
    check(page, axe_script, width)
    outside.send_mail_queue()
    [message] = mail.wait('/my/appointments/', email)
    body = message.get_body(('html',)).get_content()
    page.goto(re.search(r'href="([^"]+/my/appointments/\d+\?link=[^"]+)"', body)[1])
    check(page, axe_script, width)
    press(page, "at.type === 'submit' && at.closest('form')?.action.endsWith('/accept')")
    check(page, axe_script, width)
    assert outside.query("""
        SELECT a.state, p.email, p.lang FROM customer_appointment a JOIN res_partner p ON p.id = a.partner_id
         WHERE a.type_id = %s""", public_kind) == [('confirmed', email, lang)]
