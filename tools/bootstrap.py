"""`scripts/bootstrap`: fetch and prepare what the project needs, in the git-ignored `.local/` of this checkout.

That is Odoo 19 ($ODOO_HOME, else Debian's package, else Odoo's public git branch), the Python packages of
requirements.txt with PostgreSQL among them, and, as root only, missing Debian packages. Downloads are kept in
~/.cache/customer-services. It is quick when all is there, and mends what an interrupted start left half done.

Standard library only: it makes the virtual environment.
"""

import argparse
import hashlib
import os
import shutil
import signal
import subprocess
import sys
import sysconfig
from concurrent.futures import ThreadPoolExecutor

from tools import odoo_source
from tools.env import CACHE, LOCAL, PYTHONS, ROOT, Problem, guarded, lock, python, say

RUN_PINS = 'requirements.txt'
TEST_PINS = 'requirements-dev.txt'


def parse_args(argv=None):
    parser = argparse.ArgumentParser(
        prog='scripts/bootstrap', description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter,
        epilog='Environment: ODOO_HOME an Odoo 19 source tree; PYTHON the Python to use; XDG_CACHE_HOME.')
    parser.add_argument('--test', action='store_true', help='also what scripts/test and scripts/lint need')
    parser.add_argument('--exec', nargs=argparse.REMAINDER, metavar=('MODULE', 'ARG'), default=[],
                        help='then become this Python module of the project')
    return parser.parse_args(argv)


def run_quietly(argv, what, cwd=ROOT):
    """Run a program without showing its output; raise `Problem` with the last line of it if it fails."""
    result = subprocess.run([str(arg) for arg in argv], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                            stdin=subprocess.DEVNULL, check=False, cwd=cwd)
    if result.returncode:
        log = LOCAL / 'bootstrap.log'
        log.write_text(result.stdout)
        lines = [line for line in result.stdout.splitlines() if line.strip()] or ['no output']
        errors = [line for line in lines if line.startswith('ERROR')] or lines
        raise Problem(f'{what} failed: {errors[-1].strip()} (all of it: {log})')


def pins_digest(names):
    """Return a hex digest over these requirement files and the kind of Python."""
    kind = f'{sys.version} {sysconfig.get_platform()}'
    return hashlib.sha256(b'\0'.join([kind.encode(), *((ROOT / name).read_bytes() for name in names)])).hexdigest()


def wheelhouse(names):
    """Return the cached folder (Path) with a wheel for each pin in these files; fetch them if it is not there."""
    tag = f'cp{sys.version_info[0]}{sys.version_info[1]}'
    folder = CACHE / 'wheels' / f'{tag}-{pins_digest(names)[:16]}'
    if folder.is_dir():
        return folder
    with lock(CACHE / 'wheels.lock', 'waiting for another download of Python packages'):
        if folder.is_dir():
            return folder
        new = folder.with_name(f'{folder.name}.new')
        for left in folder.parent.glob('*.new'):  # by an interrupted download
            shutil.rmtree(left)
        new.mkdir(parents=True)
        links = [f'--find-links={other}' for other in folder.parent.glob(f'{tag}-*') if other != new]
        pins = [arg for name in names for arg in ('-r', ROOT / name)]
        fetch = [python(), '-m', 'pip', 'wheel', '-q', '--no-deps', '--use-pep517', '-w', new, *links, *pins]
        try:
            run_quietly([*fetch, '--no-index'], 'taking Python packages from the cache')
        except Problem:
            say('fetching Python packages')
            run_quietly([*fetch, '--retries=2'], 'fetching Python packages')
        new.rename(folder)
    return folder


def make_venv(test):
    """Make the virtual environment, or bring it to the pins; make it anew if it is not of this Python and place.

    A stamp for each file of pins, written last, tells that it is complete.
    """
    home = LOCAL / 'venv'
    kind = f'{sys.version} {ROOT}'
    for name in [RUN_PINS, *([TEST_PINS] if test else [])]:
        stamp = home / f'{name}.done'
        found = stamp.read_text() if stamp.exists() else ''
        wanted = f'{kind}\n{pins_digest([name])}'
        if found == wanted:
            continue
        if name == RUN_PINS and not found.startswith(kind):
            shutil.rmtree(home, ignore_errors=True)
            run_quietly([sys.executable, '-m', 'venv', home], 'making the virtual environment')
        wheels = wheelhouse([name])
        say(f'installing Python packages of {name}')
        stamp.unlink(missing_ok=True)
        run_quietly([python(), '-m', 'pip', 'install', '-q', '--no-index', '--no-deps', f'--find-links={wheels}',
                     '-r', ROOT / name], 'installing Python packages')
        stamp.write_text(wanted)


def main(argv=None):
    args = parse_args(argv)
    if not PYTHONS[0] <= sys.version_info[:2] <= PYTHONS[1]:
        raise Problem('Python 3.10 to 3.13 is needed; name one by PYTHON=/path/to/python')
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # lets subprocess.run end what it runs
    LOCAL.mkdir(exist_ok=True)
    with lock(LOCAL / 'bootstrap.lock', 'waiting for another start to finish its preparations'):
        with ThreadPoolExecutor(1) as other:
            odoo = other.submit(odoo_source.prepare)  # downloads and unpacks meanwhile
            make_venv(args.test)
            odoo.result()
    if args.exec:
        os.execv(python(), [str(python()), '-m', *args.exec])
    return 0


if __name__ == '__main__':
    sys.exit(guarded(main))
