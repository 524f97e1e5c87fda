"""axe-core, the accessibility checker that browser tests inject: fetched once from npm, kept in the download cache."""

import base64
import hashlib
import subprocess
import tarfile
import tempfile
from pathlib import Path

from tools.env import CACHE, Problem, lock

VERSION = '4.14.1'
SHA512 = 'FHfa+lmNjQZfJz1q8wKqIDwC6DExcHt/pkjNQb09a3NPjCKg2rhu5qb2S4r76ASyFNNtuFooJpZe37OgudVGtQ=='


def script():
    """Return axe-core's JavaScript as text.

    :raise Problem: it is not in the cache and cannot be fetched
    """
    path = CACHE / f'axe-core-{VERSION}.min.js'
    with lock(CACHE / 'axe-core.lock'):
        if not path.exists():
            with tempfile.TemporaryDirectory(dir=CACHE) as folder:
                new = Path(folder) / path.name
                new.write_bytes(_fetch(folder))
                new.rename(path)
    return path.read_text()


def _fetch(folder):
    """Return axe.min.js as bytes from npm's package, whose content is checked."""
    try:
        subprocess.run(['npm', 'pack', '--silent', f'axe-core@{VERSION}'], cwd=folder, check=True,
                       stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    except (OSError, subprocess.CalledProcessError) as error:
        raise Problem(f'cannot fetch axe-core {VERSION} from npm: {error}') from None
    package = Path(folder) / f'axe-core-{VERSION}.tgz'
    digest = base64.b64encode(hashlib.sha512(package.read_bytes()).digest()).decode()
    if digest != SHA512:
        raise Problem(f'the package axe-core {VERSION} is not the one that was tested')
    with tarfile.open(package) as archive:
        return archive.extractfile('package/axe.min.js').read()
