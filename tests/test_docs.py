"""The documentation is true: links, paths, commands, menus, and the examples of docs/api.md, which are run."""

import os
import re
import subprocess

import pytest

from tools.env import ROOT, addons_paths, python

PAGES = sorted([*ROOT.glob('*.md'), *(ROOT / 'docs').rglob('*.md')])
LINK = re.compile(r'!?\[[^]]*\]\(([^)\s]+)\)')
CODE = re.compile(r'```(\w*)\n(.*?)```', re.DOTALL)
# a path of the repository as it is written in the text, perhaps with arguments
PATH = re.compile(
    r'`((?:addons|config|dev_addons|docs|scripts|tests|tools)/[\w./-]*|[\w-]+\.(?:yml|toml|txt|md))(?: [^`]*)?`')
MENU = re.compile(r'\*((?:Customer Services|Settings) / [^*]+)\*')


def page_id(path):
    return str(path.relative_to(ROOT))


def anchors(text):
    """Return the anchors of the headings of a page, as GitHub makes them."""
    headings = re.findall(r'^#+ (.+)$', CODE.sub('', text), re.MULTILINE)
    return {re.sub(r'[^\w\- ]', '', heading.lower()).replace(' ', '-') for heading in headings}


@pytest.mark.parametrize('page', PAGES, ids=page_id)
def test_links(page):
    """Issue 2.12: every relative link and image leads to a file, and to a heading if it names one."""
    text = page.read_text()
    for link in LINK.findall(CODE.sub('', text)):
        if re.match(r'[a-z]+:', link):
            continue
        name, _, anchor = link.partition('#')
        target = (page.parent / name) if name else page
        assert target.exists(), f'{link} leads nowhere'
        assert not anchor or anchor in anchors(target.read_text()), f'{link}: no such heading'


@pytest.mark.parametrize('page', PAGES, ids=page_id)
def test_paths(page):
    """Issue 2.12: every file, folder and script of the repository that a page names exists."""
    for path in PATH.findall(page.read_text()):
        assert (ROOT / path).exists(), f'{path} does not exist'


@pytest.mark.parametrize('page', [page for page in PAGES if CODE.search(page.read_text())], ids=page_id)
def test_commands(page):
    """Issue 2.12: commands in the examples for a shell are correct shell, and their scripts exist."""
    for language, code in CODE.findall(page.read_text()):
        if language != 'bash':
            continue
        code = re.sub(r'<[\w ]+>', 'placeholder', code)
        result = subprocess.run(['bash', '-n'], input=code, capture_output=True, text=True, check=False)
        assert result.returncode == 0, result.stderr
        for path in re.findall(r'(?m)(?:^|/opt/customer-services/|[ =])((?:config|scripts|tools)/[\w./-]+)', code):
            assert (ROOT / path).exists(), f'{path} does not exist'


@pytest.mark.parametrize('script', sorted((ROOT / 'scripts').iterdir()), ids=lambda path: path.name)
def test_help(script):
    """Issue 2.12: every script says what it does, and is described in the documentation."""
    result = subprocess.run([script, '--help'], capture_output=True, text=True, check=False, timeout=60,
                            stdin=subprocess.DEVNULL)
    assert result.returncode == 0, result.stderr
    assert len(result.stdout) > 100
    assert any(f'scripts/{script.name}' in page.read_text() for page in PAGES)


def test_every_addon_has_a_readme():
    """Issue 2.12: each addon says in its README what it is."""
    addons = list(ROOT.glob('*addons/*/__manifest__.py'))
    assert addons
    for manifest in addons:
        assert len((manifest.parent / 'README.rst').read_text()) > 200, manifest.parent


def test_the_two_commands():
    """Issue 2.12: the README names the two commands, and each demo login that it names exists in the demo data."""
    text = (ROOT / 'README.md').read_text()
    assert re.search(r'^scripts/run\b', text, re.MULTILINE) and re.search(r'^scripts/test\b', text, re.MULTILINE)
    demo = ''.join(path.read_text() for path in ROOT.glob('addons/*/demo/*.xml'))
    logins = re.findall(r'Log in as `(\w+)` \(password `(\w+)`\)', text)
    assert logins
    for login, password in logins:
        assert f'<field name="login">{login}</field>' in demo
        assert f'<field name="password">{password}</field>' in demo


def test_licence():
    """Issue 2.12: LGPL-3, in full, for the repository and for every addon."""
    assert 'GNU LESSER GENERAL PUBLIC LICENSE' in (ROOT / 'LICENSE').read_text()
    assert 'GNU GENERAL PUBLIC LICENSE' in (ROOT / 'COPYING').read_text()
    for manifest in ROOT.glob('*addons/*/__manifest__.py'):
        assert "'license': 'LGPL-3'" in manifest.read_text(), manifest


def test_changelog_has_the_versions():
    """The changelog has an entry for the version of every addon."""
    text = (ROOT / 'CHANGELOG.md').read_text()
    for manifest in ROOT.glob('addons/*/__manifest__.py'):
        version = re.search(r"'version': '([\d.]+)'", manifest.read_text())[1]
        assert version in text, f'{manifest.parent.name} {version}'


def test_acceptance():
    """Issue 2.12: the table of acceptance has every sentence, and the tests that it names exist."""
    sections = re.split(r'^## Issue (\d+).*$', (ROOT / 'docs/acceptance.md').read_text(), flags=re.MULTILINE)[1:]
    counts = {}
    for issue, section in zip(sections[::2], sections[1::2], strict=True):
        rows = re.findall(r'^\| (\d+) \|(.*)\|$', section, re.MULTILINE)
        assert [int(number) for number, _rest in rows] == list(range(1, len(rows) + 1))
        counts[issue] = len(rows)
        for number, rest in rows:
            files = re.findall(r'`([\w/]+\.py)`', rest)
            assert files or 'not met yet' in rest, f'sentence {issue}.{number} has no test'
            for name in files:
                text = (ROOT / name).read_text()
                assert f'Issue {issue}.{number}:' in text, f'{name} has no test of sentence {issue}.{number}'
    assert counts == {'2': 16, '3': 16, '4': 8, '5': 32, '6': 8, '7': 23, '8': 14, '9': 13, '10': 14}


def test_labels_of_payment_providers():
    """Issue 6.4: docs/payments.md calls fields and buttons as the installed addons of the providers do."""
    sections = re.split(r'^## ', (ROOT / 'docs/payments.md').read_text(), flags=re.MULTILINE)
    found = {section.split('\n')[0].split(':')[0]: section for section in sections}
    shared = ('payment', 'account_payment', 'account')
    for title, addons in {'What is the same for all providers': shared, **{
            name: (f'payment_{name.lower()}', *shared) for name in ('Mollie', 'Stripe', 'Adyen', 'PayPal')}}.items():
        known = '\n'.join(
            path.read_text() for addon in addons for folder in addons_paths()
            for pattern in ('__manifest__.py', 'models/payment*.py', 'views/*.xml', 'data/*.xml')
            for path in (folder / addon).glob(pattern))
        labels = re.findall(r'(?<!\*)\*([^*\n]+)\*(?!\*)', found[title])
        assert len(labels) >= 2, title
        assert {label for part in labels for label in part.split(' / ') if label not in known} == set(), title


def run_examples(outside, folder, key):
    """Run the Python examples of docs/api.md one after the other in one program; return its CompletedProcess."""
    program = folder / 'examples.py'
    blocks = [code for language, code in CODE.findall((ROOT / 'docs/api.md').read_text()) if language == 'python']
    assert len(blocks) >= 10
    program.write_text('\n'.join(blocks))
    environ = {**os.environ, 'ODOO_URL': outside.url, 'ODOO_DB': outside.database, 'ODOO_LOGIN': 'integrator',
               'ODOO_API_KEY': key}
    return subprocess.run([python(), program], env=environ, cwd=folder, capture_output=True, text=True, check=False,
                          timeout=120)


def test_api_examples(outside, tmp_path):
    """Issue 2.12: Issue 6.8: the examples of docs/api.md run: JSON-2, XML-RPC and odoorpc; what they say happens, happens."""
    result = run_examples(outside, tmp_path, outside.keys['integrator'])
    assert result.returncode == 0, result.stderr
    assert '422 odoo.exceptions.ValidationError' in result.stdout
    assert re.search(r'^T\d{5} Pump 7 has stopped closed Azure Interior$', result.stdout, re.MULTILINE)
    assert re.search(r'^S\d+ new False$', result.stdout, re.MULTILINE)
    assert re.search(r'^offer.pdf [1-9]\d{3,} bytes, 0 payments$', result.stdout, re.MULTILINE)
    anna, agent = outside.xmlrpc('anna'), outside.xmlrpc('agent')
    [ticket] = anna('customer.ticket', 'search_read', [['name', '=', 'Pump 7 has stopped']], fields=['state'])
    assert ticket['state'] == 'closed'
    # what the customer reads of it: the request and three answers; not the internal note
    conversation = [['model', '=', 'customer.ticket'], ['res_id', '=', ticket['id']], ['message_type', '=', 'comment']]
    messages = anna('mail.message', 'search_read', conversation, fields=['body'], order='id')
    assert [re.sub('<[^>]+>', '', message['body']) for message in messages] == [
        'It stopped at noon and shows E4.', 'Please press reset for five seconds.', 'The instructions:',
        'We call you tomorrow.']
    messages = agent('mail.message', 'search_read', conversation, fields=['attachment_ids', 'subtype_id'], order='id')
    assert [len(message['attachment_ids']) for message in messages] == [0, 0, 0, 1, 0]
    assert [message['subtype_id'][1] for message in messages] == [
        'Discussions', 'Discussions', 'Note', 'Discussions', 'Discussions']
    files = anna('customer.file', 'search_read', [['project_id.name', '=', 'New head office']],
                 fields=['name', 'size', 'version_number'], order='id')
    assert [(file['name'], file['size'], file['version_number']) for file in files] == [
        ('offer.txt', 6, 2), ('plan.pdf', 20_000_009, 1)]


def test_api_examples_need_the_key(outside, tmp_path):
    """Issue 2.12: with a wrong key the examples end at the first call, and nothing is created."""
    before = outside.count()
    result = run_examples(outside, tmp_path, 'wrong')
    assert result.returncode != 0
    assert 'HTTP Error 401' in result.stderr
    assert outside.count() == before


def test_menus(outside):
    """Issue 2.12: the menus of ours that the documentation names exist."""
    menus = outside.xmlrpc('admin')('ir.ui.menu', 'search_read', [], fields=['complete_name'])
    known = {menu['complete_name'].replace('/', ' / ') for menu in menus}
    named = {' '.join(menu.split()) for page in PAGES for menu in MENU.findall(page.read_text())}
    ours = {menu for menu in named if menu.startswith('Customer Services')}
    assert len(ours) >= 6
    assert ours <= known, ours - known
