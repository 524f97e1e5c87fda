"""Fixtures shared by the tests from outside."""

import shutil
import signal

import pytest
from playwright.sync_api import sync_playwright

from tests.outside import MailServer, Outside
from tools import postgres
from tools.testing import CHROMIUMS
from tools.testing_odoo import stop_all
from tools.testing_templates import Templates

CHROMIUM_ARGUMENTS = [
    '--headless=new', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run',
    '--disable-background-networking', '--disable-component-update', '--disable-sync',
]

# Groups of tests with a database of their own; these begin, so that neither worker ends with one of them
LONG = ['test_run', 'lifecycle_beside', 'proxy', 'lifecycle_bare', 'test_bench', 'test_storage', 'lifecycle_dependents']

signal.signal(signal.SIGTERM, signal.default_int_handler)  # fixtures clean up when scripts/test is interrupted


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items):
    """Keep the tests of a file on one worker, since they share a server; a test can name its own group."""
    for item in items:
        if not item.get_closest_marker('xdist_group'):
            item.add_marker(pytest.mark.xdist_group(item.path.stem))
    order = {name: at for at, name in enumerate(LONG)}
    items.sort(key=lambda item: order.get(item.get_closest_marker('xdist_group').args[0], len(LONG)))


@pytest.fixture(scope='session')
def cluster():
    """The PostgreSQL server."""
    with postgres.cluster() as server:
        yield server


@pytest.fixture(scope='session')
def templates(cluster):
    """The template databases."""
    yield Templates(cluster)
    stop_all()


@pytest.fixture(scope='session')
def mail():
    """A real SMTP server that keeps what Odoo sends, see outside.MailServer."""
    server = MailServer()
    server.controller.start()
    yield server
    server.controller.stop()


@pytest.fixture(scope='session')
def outside(cluster, templates, mail):
    """All addons with demo data, served by two workers, see outside.Outside."""
    with templates.clone(templates.suite(), 'outside') as database:
        server = Outside(cluster, database, mail)
        try:
            server.start()
            yield server
        finally:
            server.stop()


@pytest.fixture(scope='session')
def browser():
    """Debian's Chromium, driven by Playwright."""
    executable = next(filter(None, map(shutil.which, CHROMIUMS)), None)
    assert executable, 'Chromium is missing'
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=executable, args=CHROMIUM_ARGUMENTS)
        yield chromium
        chromium.close()


@pytest.fixture
def page(browser, outside):
    """An empty page of a new browser session; any uncaught error of its JavaScript fails the test."""
    context = browser.new_context(base_url=outside.url, locale='en-US')
    context.set_default_timeout(60_000)
    page = context.new_page()
    errors = []
    page.on('pageerror', lambda error: errors.append(str(error)))
    yield page
    context.close()
    assert errors == []
