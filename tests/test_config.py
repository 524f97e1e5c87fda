"""config/odoo.conf, read by Odoo's own parser."""

import json
import subprocess

import pytest

from tools.env import ROOT, odoo_environ, python

CONF = ROOT / 'config/odoo.conf'
INSTALLED_AT = '/opt/customer-services'  # where a production system has this repository
MAX_CONNECTIONS = 100  # PostgreSQL's default
PARSE = """
import json, sys
from odoo.tools import config
config._parse_config(['-c', sys.argv[1]])
config._warn_deprecated_options()
print(json.dumps({
    'file': dict(config._file_options),
    'known': sorted(config.options_index),
    'messages': [message % args for _level, message, args, _kwargs in config._log_entries]
        + [str(message) for message, _args, _kwargs in config._warn_entries],
    'master_password_admin': config.verify_admin_password('admin'),
    'master_password_empty': config.verify_admin_password(''),
}))
"""


def parse(path):
    """Return what Odoo reads from the configuration file at `path`, see PARSE."""
    environ = {key: value for key, value in odoo_environ().items()
               if not key.startswith('ODOO_') and key not in ('PGHOST', 'PGPORT', 'PGUSER', 'PGPASSWORD')}
    result = subprocess.run(
        [python(), '-c', PARSE, path], env=environ, capture_output=True, text=True, check=False, timeout=60)
    assert result.returncode == 0, result.stderr
    return json.loads(result.stdout)


@pytest.fixture(scope='module')
def parsed(tmp_path_factory):
    """The production file, with the paths of this checkout so that Odoo finds the addons."""
    path = tmp_path_factory.mktemp('config') / 'odoo.conf'
    path.write_text(CONF.read_text().replace(INSTALLED_AT, str(ROOT)))
    return parse(path)


def test_every_option_is_known_to_odoo(parsed):
    """Issue 2.10: Odoo knows every option, and has no word of warning about a value."""
    assert parsed['messages'] == []
    assert set(parsed['file']) <= set(parsed['known'])
    assert len(parsed['file']) >= 20


def test_unknown_option_would_be_found(tmp_path):
    """The test above sees a misspelt option."""
    path = tmp_path / 'odoo.conf'
    path.write_text(CONF.read_text().replace('proxy_mode', 'proxymode').replace(INSTALLED_AT, str(ROOT)))
    assert any('proxymode' in message for message in parse(path)['messages'])


def test_production_values(parsed):
    """Issue 2.10: workers, limits, no database list, a database filter, proxy mode, no demo data."""
    options = parsed['file']
    assert options['workers'] >= 2
    assert options['max_cron_threads'] >= 1
    assert 0 < options['limit_memory_soft'] < options['limit_memory_hard']
    assert 0 < options['limit_time_cpu'] < options['limit_time_real'] <= options['limit_time_real_cron']
    assert options['limit_request'] > 0
    assert options['list_db'] is False
    assert options['dbfilter'] == '^customer_services$'
    assert options['db_name'] == ['customer_services']
    assert options['proxy_mode'] is True
    assert options['with_demo'] is False
    assert options['http_interface'] == '127.0.0.1'
    assert options['server_wide_modules'] == ['base', 'rpc', 'web']
    assert options['addons_path'] == [str(ROOT / 'addons')]


def test_no_master_password(parsed):
    """Issue 2.10: the file holds no password, and Odoo's default master password does not work either."""
    assert parsed['file']['admin_passwd'] == ''
    assert parsed['master_password_admin'] is False
    assert parsed['master_password_empty'] is False
    assert not {'db_password', 'smtp_password'} & set(parsed['file'])


def test_connections_fit_postgresql(parsed):
    """All processes together stay below PostgreSQL's default number of connections."""
    options = parsed['file']
    processes = options['workers'] + options['max_cron_threads']
    assert processes * options['db_maxconn'] + options['db_maxconn_gevent'] < MAX_CONNECTIONS - 3


def test_requests_are_not_logged(parsed):
    """Query strings carry share tokens: Odoo's request log is off."""
    assert 'werkzeug:WARNING' in parsed['file']['log_handler']


def test_commented():
    """Issue 2.10: each option stands below a comment of its own or of its group."""
    previous = ''
    for line in CONF.read_text().splitlines():
        if line and not line.startswith(('#', '[')):
            assert previous and not previous.startswith('['), f'no comment above {line!r}'
        previous = line
