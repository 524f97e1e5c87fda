"""Template databases of the tests: built once for the content that went in, cloned for each run."""

import ast
import contextlib
import functools
import hashlib
import itertools
import os
import re
import shutil
import sys
from pathlib import Path

from tools.env import ROOT, Problem, addons_paths, lock, odoo_home, tree_digest
from tools.testing_odoo import DATA_DIR, LOG_DIR, TEST_DIR, odoo_command, run, shell, tail

PREFIX = f'cs_test_{hashlib.sha256(str(ROOT).encode()).hexdigest()[:6]}'  # checkouts may share a cluster
TEMPLATE = f'{PREFIX}_tpl'
KEPT = 32  # templates
_MARK = '.complete'
_ASSETS = '.assets'
CLONE_NAME = rf'^{PREFIX}_\w+_(\d+)_\d+$'
BUILD_TIMEOUT = 900  # seconds
UPDATE_LIST = "env['ir.module.module'].update_list()\nenv.cr.commit()"
PREGENERATE = "env['ir.qweb']._pregenerate_assets_bundles()\nenv.cr.commit()"


def own_addon_paths():
    """Return {name: path} of the addons of this project, also the ones for development only."""
    return {path.parent.name: path.parent for path in sorted(ROOT.glob('*addons/*/__manifest__.py'))}


def addon_path(name):
    """Return the folder of the addon `name` on the addons path."""
    for folder in addons_paths(local=True):
        if (folder / name / '__manifest__.py').is_file():
            return folder / name
    base = odoo_home() / 'odoo' / 'addons' / name
    if base.is_dir():
        return base
    raise Problem(f'no addon named {name!r}')


@functools.cache
def depends(name):
    """Return all addons that `name` depends on, directly or not, as a frozenset."""
    direct = set(manifest(name).get('depends', ['base'])) - {name}
    return frozenset(direct.union(*(depends(parent) for parent in direct)))


def stock_depends(names):
    """Return the addons of Odoo's that `names` are or need, as a frozenset."""
    return frozenset({'web', *names}.union(*(depends(name) for name in names)) - set(own_addon_paths()) - {'base'})


def own_depends(names):
    """Return the own addons that `names` depend on, directly or not, without `names`, as a set."""
    return set().union(*(depends(name) for name in names)) & set(own_addon_paths()) - set(names)


def suite_addons():
    """Return the addons that a demonstration of everything has, as a list."""
    return [*(name for name in own_addon_paths() if not name.startswith('test_')), 'payment_demo']


def is_glue(name):
    """Tell whether the own addon `name` installs by itself where its sides are."""
    return bool(manifest(name).get('auto_install'))


def manifest(name):
    """Return the manifest of the addon `name` as a dict."""
    return ast.literal_eval((addon_path(name) / '__manifest__.py').read_text())


@functools.cache
def addon_digest(name):
    """Return a digest of the files of the addon `name`."""
    return tree_digest(addon_path(name))


@functools.cache
def core_digest():
    """Return a digest of Odoo's core, the Python in use and the pinned packages."""
    core = odoo_home() / 'odoo'
    return sys.version + tree_digest(ROOT / 'requirements.txt', core / 'release.py', core / 'orm', core / 'modules')


def template_key(modules, demo):
    """Return the cache key of a database with `modules` and all that they depend on."""
    digest = hashlib.sha256(f'{core_digest()} {demo}'.encode())
    for name in sorted(set(modules).union(*(depends(module) for module in modules))):
        digest.update(f'{name} {addon_digest(name)}'.encode())
    return digest.hexdigest()[:12]


def uninvited(modules):
    """Return the own addons that Odoo would install by itself beside `modules` (glue), sorted."""
    there = set(modules).union(*(depends(name) for name in modules))
    return sorted(
        name for name in own_addon_paths()
        if name not in there and is_glue(name) and there.issuperset(manifest(name)['depends']))


def _path_without(addons, label):
    """Return the folders (Paths) of all addons but the own `addons`."""
    folder = TEST_DIR / 'paths' / label
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for name, path in own_addon_paths().items():
        if name not in addons:
            (folder / name).symlink_to(path)
    return [*(path for path in addons_paths() if path != ROOT / 'addons'), folder]


class Templates:
    """Builds, keeps and clones the template databases in a PostgreSQL cluster."""

    def __init__(self, cluster):
        self.cluster = cluster
        self._serial = itertools.count(1)

    def get(self, modules, demo=True, parent=None):
        """Return the name of the template database with `modules`; build it if it is not there.

        :param parent: template to start from instead of an empty database
        """
        name = f'{TEMPLATE}_{"demo" if demo else "bare"}_{template_key(modules, demo)}'
        with lock(TEST_DIR / 'locks' / name):
            if not (self.cluster.exists(name) and _mark(name).exists()):
                self._build(name, modules, demo, parent)
        _mark(name).touch()
        return name

    def stock(self, modules, demo=True):
        """Return the template with those addons of Odoo's that `modules` are or need.

        With demo data it grows from the largest one that an own addon needs anyway, so that all share most of the work.
        """
        needed = stock_depends(modules)
        smaller = [stock_depends([name]) for name in own_addon_paths() if demo and stock_depends([name]) < needed]
        parent = self.stock(max(smaller, key=len), demo) if smaller else None
        return self.get(needed, demo, parent)

    def below(self, *names):
        """Return the template with all that the addons `names` depend on but are not; of Odoo's also those of `names`."""
        stock = self.stock(names)
        own = own_depends(names)
        return self.get({*own, *stock_depends(names)}, parent=stock) if own else stock

    def existing(self):
        """Return the template of a company at work: all that the suite needs of Odoo, with orders and demo data."""
        return self.stock(suite_addons())

    def suite(self):
        """Return the template with all our addons but those that only serve tests, and the demo provider, with demo data."""
        return self._with_assets(self.get(suite_addons(), parent=self.existing()))

    @contextlib.contextmanager
    def clone(self, template, label):
        """Yield the name of a fresh database made from `template`; it is dropped at the end."""
        name = f'{PREFIX}_{label[:30]}_{os.getpid()}_{next(self._serial)}'
        self._copy(template, name)
        try:
            yield name
        finally:
            self.drop(name)

    def drop_clones(self):
        """Drop the clones that a killed run left behind."""
        for (name,) in self.cluster.execute('SELECT datname FROM pg_database WHERE datname ~ %s', [CLONE_NAME]):
            pid = int(re.match(CLONE_NAME, name)[1])
            if not Path(f'/proc/{pid}').exists():
                self.drop(name)

    def drop(self, name):
        """Drop the database `name` with its files, if it is there."""
        self.cluster.drop(name)
        shutil.rmtree(_filestore(name), ignore_errors=True)

    def _copy(self, template, name):
        self.drop(name)
        self.cluster.create(name, template)
        shutil.copytree(_filestore(template), _filestore(name), copy_function=os.link,  # files are never rewritten
                        ignore=lambda *args: {_MARK, _ASSETS})

    def _build(self, name, modules, demo, parent):
        new = f'{name}_new'
        log_path = LOG_DIR / f'{name}.log'
        if parent:
            self._copy(parent, new)
        else:
            self.drop(new)
            self.cluster.create(new)
        glue = uninvited(modules)
        if glue and parent:
            self._set_auto_install(new, glue, False)
        argv = odoo_command(
            self.cluster, new, '-i', ','.join(sorted(modules)), '--with-demo' if demo else '--without-demo',
            '--stop-after-init', '--no-http', paths=_path_without(glue, log_path.stem) if glue else None)
        if run(argv, log_path, BUILD_TIMEOUT, environ=self.cluster.environ()):
            raise Problem(f'cannot install {", ".join(sorted(modules))}, see {log_path}\n{tail(log_path)}')
        if glue:
            shell(self.cluster, new, UPDATE_LIST, LOG_DIR / f'{name}.list.log')
            self._set_auto_install(new, glue, True)
        shutil.rmtree(_filestore(name), ignore_errors=True)
        _filestore(new).mkdir(parents=True, exist_ok=True)
        _filestore(new).rename(_filestore(name))
        self.cluster.rename(new, name)
        _mark(name).touch()

    def _set_auto_install(self, database, names, value):
        """Say whether the addons `names` are installed by themselves: their rows may be older than the addons path."""
        with contextlib.closing(self.cluster.connect(database)) as connection, connection, connection.cursor() as cursor:
            cursor.execute('UPDATE ir_module_module SET auto_install = %s WHERE name = ANY(%s)', [value, list(names)])

    def _with_assets(self, name):
        """Return the template `name`, with the assets that a browser asks for generated."""
        mark = _filestore(name) / _ASSETS
        with lock(TEST_DIR / 'locks' / name):
            if not mark.exists():
                shell(self.cluster, name, PREGENERATE, LOG_DIR / f'{name}.assets.log', fast=False)
                mark.touch()
        return name

    def prune(self):
        """Drop all templates but the ones used last."""
        marks = sorted(DATA_DIR.glob(f'filestore/{TEMPLATE}_*/{_MARK}'), key=lambda mark: mark.stat().st_mtime)
        kept = {mark.parent.name for mark in marks[-KEPT:]}
        for (name,) in self.cluster.execute('SELECT datname FROM pg_database WHERE datname LIKE %s', [f'{TEMPLATE}%']):
            if name not in kept:
                self.drop(name)


def _filestore(database):
    return DATA_DIR / 'filestore' / database


def _mark(template):
    """Return the file that says that the template is complete and, by its time, when it was used last."""
    return _filestore(template) / _MARK
