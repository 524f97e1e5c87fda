"""Where Odoo 19 comes from: $ODOO_HOME, Debian's package `odoo-19`, or Odoo's public git branch.

`prepare()` makes `.local/odoo`, a link to the folder that contains the `odoo` package. It is set last, so that what an
interrupted start left half done is never used.
"""

import hashlib
import os
import shutil
import subprocess
from pathlib import Path

from tools.env import CACHE, LOCAL, Problem, lock, odoo_home, say

PACKAGE = 'odoo-19'
SUITE = 'sid'  # the only Debian suite with odoo-19
FONT_SUITE = 'bookworm'  # the last with Font Awesome 4.7, which Odoo's style sheets are written for
FONT_AWESOME = 'fonts-font-awesome'
TESTED = '9d2f598b0555db17e291d48ed24df184c70823c053c4c5ed53c467ca7f629bbf'  # SHA-256 of odoo-19_19.0.0+dfsg-1_all.deb
KEYRING = Path('/usr/share/keyrings/debian-archive-keyring.gpg')
GIT, BRANCH = 'https://github.com/odoo/odoo.git', '19.0'
STUB = Path(__file__).with_name('selfie_segmentation.js')


def prepare():
    """Make sure that there is an Odoo 19; quick if there is.

    :raise Problem: $ODOO_HOME is not Odoo 19, or neither source can be reached
    """
    if os.environ.get('ODOO_HOME'):
        release = (odoo_home() / 'odoo/release.py').read_text()
        if 'version_info = (19, 0' not in release:
            raise Problem(f'ODOO_HOME={os.environ["ODOO_HOME"]} is not Odoo 19.0')
        return
    link = LOCAL / 'odoo'
    recipe = hashlib.sha256(Path(__file__).read_bytes() + STUB.read_bytes()).hexdigest()[:8]
    if link.exists() and f'-{recipe}' in os.readlink(link):
        return
    new = LOCAL / 'odoo.new'
    shutil.rmtree(new, ignore_errors=True)
    home, inside = (f'odoo-{recipe}', 'usr/lib/python3/dist-packages')
    try:
        _unpack(_debian_packages(), new)
        _mend(new)
    except Problem as problem:
        say(f'no Odoo from Debian ({problem}); trying its public git branch')
        shutil.rmtree(new, ignore_errors=True)
        _clone(new)
        inside = '.'
    for old in LOCAL.glob('odoo-*'):
        shutil.rmtree(old)
    new.rename(LOCAL / home)
    link.unlink(missing_ok=True)
    link.symlink_to(Path(home) / inside)


def _run(*argv, cwd=None):
    """Run a program; return its output (str) or raise `Problem` with the last line of it."""
    try:
        result = subprocess.run([str(arg) for arg in argv], stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                                stdin=subprocess.DEVNULL, text=True, check=False, cwd=cwd,
                                env={**os.environ, 'LC_ALL': 'C'})
    except FileNotFoundError:
        raise Problem(f'there is no program {argv[0]}') from None
    if result.returncode:
        raise Problem(f'{argv[0]}: {(result.stdout.strip().splitlines() or ["failed"])[-1]}')
    return result.stdout


def _debian_packages():
    """Return the cached folder (Path) with the .deb files; fetch them if it is not there."""
    folder = CACHE / PACKAGE
    with lock(CACHE / f'{PACKAGE}.lock', 'waiting for another download of Odoo'):
        if folder.is_dir():
            return folder
        say('fetching Odoo 19 from Debian')
        new = CACHE / f'{PACKAGE}.new'
        reasons = ['no Debian mirror is configured']
        for mirror in _mirrors():
            shutil.rmtree(new, ignore_errors=True)
            try:
                _download(mirror, new)
            except Problem as problem:
                reasons.append(str(problem))
                continue
            new.rename(folder)
            return folder
        raise Problem(reasons[-1])


def _mirrors():
    """Return the addresses (list of str) of the package archives that this machine uses, security updates last."""
    targets = _run('apt-get', 'indextargets', '--format', '$(COMPONENT) $(REPO_URI)', 'Created-By: Packages')
    found = [line.split(' ', 1)[1] for line in targets.splitlines() if line.startswith('main ')]
    return sorted(dict.fromkeys(found), key=lambda mirror: 'security' in mirror)


def _download(mirror, folder):
    """Fetch Odoo with its fonts and JavaScript into `folder` by an apt of its own; the system's stays untouched."""
    state = folder / 'apt'
    for name in ('lists/partial', 'cache/archives/partial'):
        (state / name).mkdir(parents=True)
    signed = f'Signed-By: {KEYRING}\n' if KEYRING.exists() else ''
    sources = state / 'debian.sources'
    sources.write_text(f'Types: deb\nURIs: {mirror}\nSuites: {SUITE} {FONT_SUITE}\nComponents: main\n{signed}')
    options = {
        'Dir::Etc::sourcelist': sources, 'Dir::Etc::sourceparts': '/dev/null', 'Dir::Etc::preferences': '/dev/null',
        'Dir::Etc::preferencesparts': '/dev/null', 'Dir::State::lists': state / 'lists', 'Dir::Cache': state / 'cache',
        'Dir::State::status': '/dev/null', 'Acquire::Languages': 'none', 'APT::Sandbox::User': 'root',
        'APT::Architecture': 'amd64', 'APT::Update::Post-Invoke-Success::': 'true',
    }
    apt = [arg for name, value in options.items() for arg in ('-o', f'{name}={value}')]
    _run('apt-get', *apt, '-q', 'update')
    depends = [line.removeprefix('Depends: ') for line in
               _run('apt-cache', *apt, 'show', '--no-all-versions', PACKAGE).splitlines()
               if line.startswith('Depends: ')]
    names = {entry.split('|')[0].split('(')[0].strip() for line in depends for entry in line.split(',')}
    static = sorted(name for name in names if name.startswith(('fonts-', 'libjs-')) and name != FONT_AWESOME)
    _run('apt-get', *apt, '-q', 'download', PACKAGE, *static, f'{FONT_AWESOME}/{FONT_SUITE}', cwd=folder)
    shutil.rmtree(state)
    package = next(folder.glob(f'{PACKAGE}_*.deb'))
    if hashlib.sha256(package.read_bytes()).hexdigest() != TESTED:
        say(f'warning: Debian now has {package.name}; this project was tested with another version of Odoo 19')


def _unpack(packages, folder):
    """Unpack all packages into `folder`; drop the cached ones if they are damaged."""
    say('unpacking Odoo 19')
    folder.mkdir()
    try:
        for package in sorted(packages.glob('*.deb')):
            _run('dpkg-deb', '-x', package, folder)
    except Problem as problem:
        shutil.rmtree(packages, ignore_errors=True)
        raise Problem(f'a cached package was damaged and is removed, start again ({problem})') from None


def _mend(folder):
    """Put right what Debian's package lacks or links wrongly; raise `Problem` if a link leads nowhere.

    * woff and woff2 of Font Awesome are swapped
    * fonts-inconsolata 3 has its font elsewhere
    * mail's selfie_segmentation.js is left out, which breaks each page of the backend: ours stands in
    """
    addons = folder / 'usr/lib/python3/dist-packages/odoo/addons'
    share = folder / 'usr/share'
    links = {
        addons / f'web/static/lib/fontawesome/fonts/fontawesome-webfont.{kind}':
        share / f'fonts-font-awesome/fonts/fontawesome-webfont.{kind}' for kind in ('woff', 'woff2')
    }
    inconsolata = share / 'fonts/opentype/inconsolata/Inconsolata-Regular.otf'
    if inconsolata.exists():
        links[addons / 'point_of_sale/static/src/fonts/Inconsolata.otf'] = inconsolata
    for link, target in links.items():
        link.unlink(missing_ok=True)
        link.symlink_to(os.path.relpath(target, link.parent))
    stub = addons / 'mail/static/lib/selfie_segmentation/selfie_segmentation.js'
    if not stub.exists():
        stub.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(STUB, stub)
    dangling = [path for path in addons.rglob('*') if path.is_symlink() and not path.exists()]
    if dangling:
        raise Problem(f'a file of Odoo is missing in Debian: {dangling[0].relative_to(folder)}')


def _clone(folder):
    """Make a shallow clone of Odoo's public git branch in `folder`, by way of the cache."""
    cached = CACHE / 'odoo-git'
    with lock(CACHE / 'odoo-git.lock', 'waiting for another download of Odoo'):
        if not cached.is_dir():
            say(f'cloning Odoo {BRANCH} from its public git repository')
            new = CACHE / 'odoo-git.new'
            shutil.rmtree(new, ignore_errors=True)
            _run('git', 'clone', '-q', '--depth', 1, '--branch', BRANCH, GIT, new)
            new.rename(cached)
    _run('git', 'clone', '-q', '--depth', 1, f'file://{cached}', folder)
