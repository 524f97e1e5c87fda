"""`scripts/screenshots`: take the pictures of the documentation from the running local demo (`scripts/run`)."""

import argparse
import shutil
import sys
import urllib.error
import urllib.request

from tools.env import ROOT, Problem, guarded, say

IMAGES = ROOT / 'docs' / 'images'
#: how Chromium starts: headless, and without calls to its maker
CHROMIUM_ARGS = [
    '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
    '--disable-component-update', '--disable-sync']
DESKTOP, PHONE = {'width': 1280, 'height': 800}, {'width': 390, 'height': 844}


def portal_pictures(url, page):
    """Return ``(file, address)`` of the portal's pages; the ticket is the first one that waits for the customer."""
    page.goto(f'{url}/my/tickets?filterby=waiting')
    ticket = page.locator('.o_customer_table tbody a').first.get_attribute('href')
    return [
        ('portal-home', f'{url}/my'), ('ticket-list', f'{url}/my/tickets'), ('ticket-page', f'{url}{ticket}'),
        ('ticket-new', f'{url}/my/tickets/new'), ('offer-list', f'{url}/my/quotes'),
        ('invoice-list', f'{url}/my/invoices'), ('file-list', f'{url}/my/files'),
        ('appointment-new', f'{url}/my/appointments/new')]


def login(browser, url, user, viewport):
    """Return a page in which the user is logged in."""
    page = browser.new_context(viewport=viewport, locale='en-US').new_page()
    page.goto(f'{url}/web/login')
    page.fill('#login', user)
    page.fill('#password', user)
    page.click('form.oe_login_form button[type=submit]')
    page.wait_for_url(lambda address: '/web/login' not in address)
    return page


def take(page, name, address=None, ready=None):
    """Save one picture; `ready` is a selector that must be there first."""
    if address:
        page.goto(address)
    if ready:  # the backend's bus never falls silent
        page.wait_for_selector(ready)
    else:
        page.wait_for_load_state('networkidle')
    page.screenshot(path=IMAGES / f'{name}.png')
    say(f'docs/images/{name}.png')


def take_all(browser, url, mailbox):
    """Take every picture that the documentation shows."""
    anna = login(browser, url, 'anna', DESKTOP)
    pictures = portal_pictures(url, anna)
    for name, address in pictures:
        take(anna, name, address)
    take(login(browser, url, 'anna', PHONE), 'phone-ticket', dict(pictures)['ticket-page'])
    agent = login(browser, url, 'agent', DESKTOP)
    take(agent, 'backend-kanban', f'{url}/odoo/action-customer_helpdesk.customer_ticket_action', '.o_kanban_record')
    agent.locator('.o_kanban_record:not(.o_kanban_ghost)').first.click()
    take(agent, 'backend-form', ready='.o_form_view .o-mail-Message')
    if mailbox:
        take(browser.new_context(viewport=DESKTOP).new_page(), 'mailbox', mailbox)


def main():
    parser = argparse.ArgumentParser(prog='scripts/screenshots', description=__doc__)
    parser.add_argument('--url', default='http://127.0.0.1:8069', help='the local demo (default %(default)s)')
    parser.add_argument('--mailbox', default='', help='the page with sent mail, as scripts/run prints it')
    args = parser.parse_args()
    chromium = shutil.which('chromium')
    if not chromium:
        raise Problem('Chromium is missing: scripts/bootstrap --test installs it')
    try:
        urllib.request.urlopen(f'{args.url}/web/health', timeout=10).close()
    except (urllib.error.URLError, OSError) as error:
        raise Problem(f'nothing answers at {args.url}: start scripts/run first ({error})') from None
    from playwright.sync_api import sync_playwright  # noqa: PLC0415 - --help works without it

    IMAGES.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=CHROMIUM_ARGS)
        try:
            take_all(browser, args.url, args.mailbox)
        finally:
            browser.close()
    return 0


if __name__ == '__main__':
    sys.exit(guarded(main))
