"""`scripts/i18n`: export the terms of the addons, merge them into the translations, report what is missing.

Terms that Odoo's own addons translate get that translation. The files hold no dates and
keep Odoo's order of terms, so that a change shows only what changed. --check writes nothing and fails if a file is
stale or a term has no translation.
"""

import argparse
import sys
import tempfile
from pathlib import Path

from tools.env import ROOT, guarded, own_addons
from tools.testing_odoo import LOG_DIR, shell, stop_all
from tools.testing_templates import Templates, addon_path, stock_depends

LANGUAGES = {
    'de': 'nplurals=2; plural=(n != 1);',
    'fr': 'nplurals=2; plural=(n > 1);',
    'nl': 'nplurals=2; plural=(n != 1);',
}
HEADER = 'Translation of Customer Services, addon {}.'
EXPORT = """
import odoo.addons
from odoo.tools.translate import trans_export
odoo.addons.__path__ = [{addons!r}]  # else each export looks through the files of all of Odoo's addons
for name in {names!r}:
    with open({folder!r} + '/' + name + '.pot', 'wb') as output:
        trans_export(None, [name], output, 'po', env)
"""
SHOWN = 10  # missing terms a file


def export(names, folder):
    """Write the file of terms of each addon, as Odoo exports it, to `folder`."""
    from tools.postgres import cluster  # needs the virtual environment, --help does not
    with cluster() as server:
        templates = Templates(server)
        template = templates.get(names, demo=False, parent=templates.stock(names, demo=False))
        with templates.clone(template, 'i18n') as database:
            shell(server, database, EXPORT.format(
                names=names, folder=str(folder), addons=str(ROOT / 'addons')), LOG_DIR / 'i18n.log')


def render(pot, addon, language=None, old=()):
    """Return a polib file with the terms of `pot` in their order and the translations of `old`, without dates."""
    import polib
    known = {entry.msgid: entry for entry in old if not entry.obsolete}
    result = polib.POFile()
    result.header = HEADER.format(addon)
    result.metadata = {
        'Project-Id-Version': 'Customer Services 19.0',
        **({'Language': language} if language else {}),
        'MIME-Version': '1.0',
        'Content-Type': 'text/plain; charset=UTF-8',
        'Content-Transfer-Encoding': '8bit',
        'Plural-Forms': LANGUAGES.get(language, ''),
    }
    for entry in pot:
        before = known.get(entry.msgid)
        result.append(polib.POEntry(
            msgid=entry.msgid, msgstr=before.msgstr if before else '', comment=entry.comment,
            occurrences=entry.occurrences, flags=before.flags if before else [],
        ))
    return result


def fill(translation, language):
    """Give terms without translation the one that Odoo's own addons have for the same text."""
    import polib
    wanted = {entry.msgid: entry for entry in translation if not entry.msgstr}
    for name in sorted(stock_depends(own_addons()) | {'base'}) if wanted else ():
        path = addon_path(name) / 'i18n' / f'{language}.po'
        for entry in polib.pofile(str(path)) if path.exists() else ():
            if entry.msgid in wanted and entry.msgstr and not entry.fuzzy:
                wanted.pop(entry.msgid).msgstr = entry.msgstr


def missing(translation):
    """Return the terms without translation, fuzzy ones included."""
    return [entry.msgid for entry in translation if not entry.msgstr.strip() or entry.fuzzy]


def handle(addon, exported, check):
    """Bring the files of one addon up to date (or only look, if `check`) and print what is missing.

    :param exported: path of Odoo's export
    :return: number of stale files and missing translations
    """
    import polib
    folder = ROOT / 'addons' / addon / 'i18n'
    pot = polib.pofile(str(exported))
    problems = 0
    for language in (None, *LANGUAGES):
        path = folder / (f'{language}.po' if language else f'{addon}.pot')
        new = render(pot, addon, language, polib.pofile(str(path)) if language and path.exists() else ())
        if language and not check:
            fill(new, language)
        if not path.exists() or path.read_text() != f'{new}\n':
            if check:
                problems += 1
                print(f'{path.relative_to(ROOT)} is stale: run scripts/i18n')
            else:
                folder.mkdir(exist_ok=True)
                path.write_text(f'{new}\n')
        if language:
            terms = missing(new)
            problems += len(terms)
            print(f'{addon} {language}: {len(new)} terms, {len(terms)} untranslated')
            for term in terms[:SHOWN]:
                print(f'  {term!r}')
    return problems


def main():
    parser = argparse.ArgumentParser(
        prog='scripts/i18n', description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('addons', nargs='*', metavar='addon', help='default: all in addons/')
    parser.add_argument('--check', action='store_true', help='write nothing, fail if something is to be done')
    args = parser.parse_args()
    names = own_addons()
    unknown = sorted(set(args.addons) - set(names))
    if unknown:
        parser.error(f'unknown addon {", ".join(unknown)}; there are: {", ".join(names)}')
    try:
        with tempfile.TemporaryDirectory() as folder:
            export(names, folder)
            problems = sum(
                handle(name, Path(folder) / f'{name}.pot', args.check) for name in args.addons or names)
    finally:
        stop_all()
    return 1 if problems and args.check else 0


if __name__ == '__main__':
    sys.exit(guarded(main))
