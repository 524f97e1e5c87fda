"""`scripts/lint`: ruff, pylint-odoo and the OCA module checks over everything that the project tracks."""

import argparse
import os
import subprocess
import sys
from pathlib import Path

from tools.env import ROOT

# pylint-odoo checks that are off
PYLINT_DISABLED = {
    'attribute-string-redundant': 'related and inherited fields have labels that the check does not see',
    'consider-merging-classes-inherited': 'a model that is extended by topic has one file a topic',
    'context-overridden': 'only keys that are constants are added, the rest of the context is kept',
    'no-search-all': 'stages and teams are few',
}
# OCA module checks that are off
OCA_DISABLED = {
    'weblate-component-too-long': 'no Weblate',
    'xml-field-bool-without-eval': 'as for numbers',
    'xml-field-numeric-without-eval': "the ORM converts; Odoo's own views say priority without eval, too",
    'xml-header-wrong': "Odoo's own files say utf-8 in small letters",
    'xml-tag-position': 'the order of attributes that reads best differs',
    'xml-create-user-wo-reset-password': 'demo users only, on purpose with a known password',
}


def addons():
    """Return the paths of our addons (those with a manifest), sorted."""
    return sorted(path.parent for path in ROOT.glob('*addons/*/__manifest__.py'))


def commands(fix=False):
    """Return the checks as {name: argv}; `fix` lets ruff repair what it can."""
    modules = [str(path.relative_to(ROOT)) for path in addons()]
    bin_dir = Path(sys.executable).parent
    ruff = [str(bin_dir / 'ruff'), 'check', '--quiet', '--output-format=concise', *(['--fix'] if fix else []), '.']
    checks = {'ruff': ruff}
    if modules:
        pylint = [sys.executable, '-m', 'pylint', '--score=n']
        checks['pylint-odoo'] = [*pylint, f'--disable={",".join(PYLINT_DISABLED)}', *modules]
        checks['pylint'] = [*pylint, '--disable=all', '--enable=too-many-lines', 'tools', 'tests']
        checks['oca-checks'] = [
            str(bin_dir / 'oca-checks-odoo-module'), f'--disable={",".join(OCA_DISABLED)}', *modules]
    return checks


def main():
    parser = argparse.ArgumentParser(prog='scripts/lint', description=__doc__)
    parser.add_argument('--fix', action='store_true', help='let ruff repair what it can')
    args = parser.parse_args()
    failed = []
    for name, argv in commands(args.fix).items():
        result = subprocess.run(
            argv, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False,
            env={**os.environ, 'NO_COLOR': '1'},
        )
        if result.returncode:
            failed.append(name)
            print(result.stdout.strip())
        print(f'{name}: {"failed" if result.returncode else "ok"}')
    return 1 if failed else 0


if __name__ == '__main__':
    sys.exit(main())
