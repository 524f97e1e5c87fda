"""Where things are: paths of the checkout, of the git-ignored `.local/` and of the download cache; how to call Odoo.

Standard library only: scripts/bootstrap imports it before there is a virtual environment.
"""

import contextlib
import fcntl
import hashlib
import os
import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LOCAL = ROOT / '.local'
CACHE = Path(os.environ.get('XDG_CACHE_HOME') or Path.home() / '.cache') / 'customer-services'
PYTHONS = ((3, 10), (3, 13))  # the oldest and the newest Python that requirements.txt has pins for


class Problem(Exception):
    """Something the user can mend; its text is the one line that he gets to see."""


def say(text):
    """Print one line of progress at once."""
    print(text, flush=True)


def guarded(main):
    """Run `main()` -> exit code; a `Problem` becomes one line on standard error and exit code 1, Ctrl-C 130."""
    try:
        return main()
    except (Problem, PermissionError) as problem:  # files of another user, by an earlier start as root
        print(f'error: {problem}', file=sys.stderr, flush=True)
        return 1
    except KeyboardInterrupt:
        return 130


def python():
    """Return the Path of the virtual environment's Python."""
    return LOCAL / 'venv/bin/python'


def odoo_home():
    """Return the folder (Path) that contains the `odoo` package: $ODOO_HOME, else what scripts/bootstrap put there."""
    home = os.environ.get('ODOO_HOME')
    if not home:
        return LOCAL / 'odoo'
    path = Path(home).expanduser().resolve()
    if not (path / 'odoo/release.py').is_file():
        raise Problem(f'ODOO_HOME={home} has no odoo/release.py: it must be the top of an Odoo 19 source tree')
    return path


def addons_paths(local=False):
    """Return the addon folders (list of Paths) as Odoo wants them; with `local` also those only for the local run."""
    home = odoo_home()
    # /addons of a source tree; Debian's package has all of them in the package
    paths = [path for path in (home / 'odoo/addons', home / 'addons') if any(path.glob('*/__manifest__.py'))]
    return [*paths, ROOT / 'addons', *([ROOT / 'dev_addons'] if local else [])]


def own_addons():
    """Return the sorted names of the addons in `addons/`."""
    return sorted(path.parent.name for path in (ROOT / 'addons').glob('*/__manifest__.py'))


def odoo_argv(*args):
    """Return the command (list of str) that runs Odoo with these arguments; run it with `odoo_environ()`."""
    return [str(python()), str(ROOT / 'tools/odoo_main.py'), *map(str, args)]


def odoo_environ():
    """Return the environment (dict) for Odoo: its code on PYTHONPATH, no setting of the user's own Odoo."""
    drop = ('PGDATABASE', 'PYTHONHOME')
    environ = {key: value for key, value in os.environ.items() if key not in drop and not key.startswith('ODOO_')}
    rc = LOCAL / 'odoorc'  # in place of ~/.odoorc
    if not rc.exists():
        LOCAL.mkdir(exist_ok=True)
        rc.write_text('[options]\n')
    environ.update(PYTHONPATH=str(odoo_home()), ODOO_RC=str(rc), PYTHONUNBUFFERED='1')
    return environ


def database_name():
    """Return the name of the local run's database: $DATABASE, else customer_services."""
    name = os.environ.get('DATABASE') or 'customer_services'
    if not re.fullmatch(r'[A-Za-z0-9][A-Za-z0-9_-]{0,52}', name):
        raise Problem(f'DATABASE={name} is no name for a database: letters, digits, _ and -, at most 53')
    return name


def tree_digest(*paths):
    """Return a hex digest over names and contents of all files in these files and folders (no caches)."""
    digest = hashlib.sha256()
    for top in paths:
        files = [top] if top.is_file() else sorted(path for path in top.rglob('*') if path.is_file())
        for path in files:
            if '__pycache__' not in path.parts:
                digest.update(f'{path.relative_to(top.parent)}\0'.encode())
                digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


@contextlib.contextmanager
def lock(path, message=None):
    """Hold an exclusive lock on the file `path` (made if missing); print `message` if it has to wait.

    The kernel gives it back when the process ends, however it ends.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with open(path, 'a') as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if message:
                say(message)
            fcntl.flock(file, fcntl.LOCK_EX)
        yield
