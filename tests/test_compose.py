"""docker-compose.yml, Dockerfile and the scripts of the containers, checked without a container engine."""

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from tools.env import ROOT

COMPOSE = ROOT / 'docker-compose.yml'
DOCKERFILE = ROOT / 'Dockerfile'
SCRIPTS = sorted((ROOT / 'config/docker').glob('*.sh'))
ONE_SHOT = {'secrets'}
DEMO_ONLY = {'mail'}


@pytest.fixture(scope='module')
def compose():
    return yaml.safe_load(COMPOSE.read_text())


@pytest.fixture(scope='module')
def services(compose):
    return compose['services']


def check_schema(path):
    """Return the CompletedProcess of a check against the Compose specification that the checker ships."""
    return subprocess.run(
        [sys.executable, '-m', 'check_jsonschema', '--builtin-schema', 'vendor.compose-spec', path],
        capture_output=True, text=True, check=False, timeout=60)


def volumes(service):
    """Return the volumes of a service as (source, target, options); `${NAME:-default}` is its default."""
    result = []
    for text in service.get('volumes', ()):
        parts = re.sub(r'\$\{\w+:-([^}]*)\}', r'\1', text).split(':')
        result.append((parts[0], parts[1], parts[2] if len(parts) > 2 else ''))
    return result


def test_compose_specification(tmp_path):
    """Issue 2.11: the file conforms to the Compose specification; a wrong key would be found."""
    result = check_schema(COMPOSE)
    assert result.returncode == 0, result.stdout + result.stderr
    broken = tmp_path / 'docker-compose.yml'
    broken.write_text(COMPOSE.read_text().replace('depends_on:', 'dependson:'))
    assert check_schema(broken).returncode != 0


def test_only_nginx_is_published(services):
    """Issue 2.11: nginx with TLS is the only published port; nobody shares the host's network."""
    assert [name for name, service in services.items() if service.get('ports')] == ['nginx']
    assert services['nginx']['ports'] == ['${HTTPS_PORT:-443}:8443']
    assert 'listen 8443 ssl;' in (ROOT / 'config/nginx/nginx.conf').read_text()
    assert all(service.get('network_mode') in (None, 'none') for service in services.values())


def test_services(services):
    """Issue 2.11: nginx, Odoo, PostgreSQL; the mail catcher only in a profile."""
    assert set(services) == {'secrets', 'db', 'odoo', 'nginx', 'mail'}
    assert {name for name, service in services.items() if service.get('profiles')} == DEMO_ONLY
    assert services['odoo']['build'] == '.'
    assert services['db']['image'].startswith('postgres:')


def test_health_checks(services):
    """Issue 2.11: each service that stays has a health check and is started again; each waits for a healthy one."""
    for name, service in services.items():
        assert service['restart'] == ('on-failure' if name in ONE_SHOT else 'unless-stopped'), name
        if name not in ONE_SHOT:
            assert service['healthcheck']['test'][0] == 'CMD', name
    assert services['nginx']['depends_on'] == {'odoo': {'condition': 'service_healthy'}}
    assert services['odoo']['depends_on'] == {'db': {'condition': 'service_healthy'}}
    assert services['db']['depends_on'] == {'secrets': {'condition': 'service_completed_successfully'}}


def test_hardened(services):
    """Issue 2.11: no privileges, read-only file systems, all capabilities dropped, nobody runs as root but secrets."""
    for name, service in services.items():
        assert service['read_only'] is True, name
        assert service['cap_drop'] == ['ALL'], name
        assert service['security_opt'] == ['no-new-privileges:true'], name
        assert not {'privileged', 'pid', 'ipc', 'devices', 'userns_mode'} & set(service), name
        assert not any('docker.sock' in source for source, _target, _options in volumes(service)), name
        if name not in ONE_SHOT:
            assert 'cap_add' not in service, name
            assert service.get('user') not in ('root', '0', 0), name
    # as no "user:" is given for Odoo, the image says it
    assert re.findall(r'^USER (\w+)$', DOCKERFILE.read_text(), re.MULTILINE)[-1] == 'odoo'
    assert services['secrets']['network_mode'] == 'none'


def test_no_password(compose, services):
    """Issue 2.11: no password in any of the files; each secret is mounted for its reader only."""
    assignment = re.compile(r'(?im)^(?!#).*\b\w*(?:passwd|password|secret|token)\s*=\s*["\']?(\w.*)$')
    for path in (DOCKERFILE, ROOT / 'config/odoo.conf', ROOT / 'config/docker/demo.env'):
        assert not assignment.search(path.read_text()), path
    for name, service in services.items():
        for key, value in service.get('environment', {}).items():
            assert not re.search('PASS|SECRET|TOKEN|KEY', key) or key.endswith('FILE'), f'{name}: {key}={value}'
    readers = {}
    for name, service in services.items():
        for source, _target, options in volumes(service):
            if source.startswith('secrets_') or source == 'tls':
                readers.setdefault(source, set()).add(name)
                assert options == 'ro' or name == 'secrets', f'{name} may write {source}'
    assert readers == {
        'secrets_db': {'secrets', 'db'}, 'secrets_odoo': {'secrets', 'odoo'},
        'secrets_nginx': {'secrets', 'nginx'}, 'tls': {'secrets', 'nginx'},
    }
    assert 'secrets' not in compose


def test_volumes_and_files(compose, services):
    """Every volume is declared and used; every file of the host that is mounted exists."""
    used = set()
    for service in services.values():
        for source, _target, _options in volumes(service):
            if source.startswith('.'):
                assert (ROOT / source).exists(), source
            else:
                used.add(source)
    assert used == set(compose['volumes'])
    assert {name for service in services.values() for name in service.get('networks', ())} == set(compose['networks'])
    assert compose['networks']['database'] == {'internal': True}


def test_no_demo_by_default(services):
    """Issue 2.11: demo data, with their known passwords, are there only for who asks for them."""
    assert services['odoo']['environment']['WITH_DEMO'] == '${WITH_DEMO:-no}'
    demo = dict(line.split('=') for line in (ROOT / 'config/docker/demo.env').read_text().splitlines()
                if not line.startswith('#'))
    assert demo['WITH_DEMO'] == 'yes'
    assert demo['COMPOSE_PROFILES'] in services['mail']['profiles']
    assert demo['SMTP_SERVER'] == 'mail'
    for value in demo:  # each is a variable of the composition (or of Compose itself)
        assert value == 'COMPOSE_PROFILES' or f'${{{value}:-' in COMPOSE.read_text()


def test_dockerfile():
    """Issue 2.11: built on the official odoo:19 image, with our packages and Pango; what is copied exists."""
    text = DOCKERFILE.read_text().replace('\\\n', ' ')
    instructions = [shlex.split(line) for line in text.splitlines() if re.match(r'[A-Z]+ ', line)]
    assert instructions[0] == ['FROM', 'odoo:19']
    assert 'libpango-1.0-0' in text
    allowed = [line[1:] for line in (ROOT / '.dockerignore').read_text().splitlines() if line.startswith('!')]
    copied = [source for words in instructions if words[0] == 'COPY' for source in words[1:-1]]
    assert copied
    for source in copied:
        assert (ROOT / source).exists(), source
        assert any(Path(source).is_relative_to(path) for path in allowed), f'{source} is ignored by .dockerignore'
    assert not any('dev_addons' in source for source in copied)


def test_image_packages_are_pinned():
    """Every Python package of the image has one exact version, and the one that the addons are tested with."""
    def pins(path):
        lines = (line.split('#')[0].split(';')[0].strip() for line in path.read_text().splitlines())
        return {name.lower().replace('_', '-'): version
                for name, _, version in (line.partition('==') for line in lines if line)}

    image = pins(ROOT / 'config/docker/requirements.txt')
    assert image and all(image.values())
    tested = pins(ROOT / 'requirements.txt')
    assert {name: tested[name] for name in image if name in tested} == {
        name: version for name, version in image.items() if name in tested}


@pytest.mark.parametrize('script', SCRIPTS, ids=lambda path: path.name)
def test_shell_scripts(script):
    """The scripts of the containers are executable and without findings of ShellCheck."""
    assert script.stat().st_mode & 0o111
    checker = Path(sys.executable).with_name('shellcheck')
    result = subprocess.run([checker, script], capture_output=True, text=True, check=False, timeout=60)
    assert result.returncode == 0, result.stdout
