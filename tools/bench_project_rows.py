"""The rows of scripts/bench about project files and Odoo's tasks; see tools/bench_project.py for the data."""

import re
from xml.etree import ElementTree

from tools.bench_rows import COUNT_LIMIT, PAGE, Row, Target, expect
from tools.bench_sizes import FILES_PER_FOLDER, FOLDERS_PER_PROJECT, PROBE_PROJECTS, PROBE_TASKS

FILE = 'customer.file'
FILES = PROBE_PROJECTS * FOLDERS_PER_PROJECT * FILES_PER_FOLDER
RARE_FILES = 20


def portal_page(path, pattern, count):
    """Return a visit of a page with `count` different matches of `pattern`; `path` may have {project} and {folder}."""
    def visit(visitor, prepared):
        address = path.format(**visitor.facts['probe'])
        found = len(set(re.findall(pattern, visitor.get(address))))
        expect(found == count, f'{address} has {found} instead of {count}')
    return visit


def specification(visitor):
    """Return what the web client reads for the list of files: {field: what of it}."""
    if 'files' not in visitor.memory:
        view = visitor.call(FILE, 'get_views', [[False, 'list']], {})
        fields = view['models'][FILE]['fields']
        arch = ElementTree.fromstring(view['views']['list']['arch'])  # noqa: S314 - our own server's
        names = {node.get('name') for node in arch.iter('field')} & set(fields)
        visitor.memory['files'] = {
            name: {'fields': {'display_name': {}}} if fields[name]['type'] == 'many2one' else {}
            for name in sorted(names)}
    return visitor.memory['files']


def staff_list(rows, *domain):
    """Return a visit of the first page of the staff's list of files; `rows` None for any number."""
    def visit(visitor, prepared):
        result = visitor.call(
            FILE, 'web_search_read', [list(leaf) if leaf != '|' else leaf for leaf in domain], prepared, limit=PAGE,
            count_limit=COUNT_LIMIT)
        found = len(result['records'])
        expect(found and rows in (None, found), f'{found} instead of {rows} files for {domain}')
    return visit


FILE_LINK, FOLDER_LINK, TASK_LINK = r'href="/my/files/(\d+)"', r'[?&;]folder=(\d+)"', r'href="/my/tasks/(\d+)[?"]'
ROWS = [
    Row('files', f'files of all projects, {PAGE} of {FILES}', 'bench_probe', portal_page('/my/files', FILE_LINK, PAGE),
        target=Target(18, None, 1.1, True)),
    Row('files_search', 'files of all projects, search', 'bench_probe',
        portal_page('/my/files?search=gasket', FILE_LINK, FILES // 100), target=Target(18, None, 1.1, True)),
    Row('project_files', f'page of a project, {FOLDERS_PER_PROJECT} folders', 'bench_probe',
        portal_page('/my/projects/{project}/files', FOLDER_LINK, FOLDERS_PER_PROJECT), target=Target(20, None, 1.1, True)),
    Row('folder_files', f'page of a folder, {FILES_PER_FOLDER} files', 'bench_probe',
        portal_page('/my/projects/{project}/files?folder={folder}', FILE_LINK, FILES_PER_FOLDER),
        target=Target(20, None, 1.1, True)),
    Row('project_search', 'files of a project, search', 'bench_probe',
        portal_page('/my/projects/{project}/files?search=Plan', FILE_LINK, PAGE), target=Target(20, None, 1.1, True)),
    Row('staff_files', f'files, staff list of {PAGE}', 'bench_agent', staff_list(PAGE), specification,
        Target(None, None, 1.1, True)),
    Row('staff_files_text', 'files, staff search by text', 'bench_agent',
        staff_list(RARE_FILES, ('name', 'ilike', 'quartzite')), specification, Target(None, None, 1.1, True)),
    Row('staff_files_customer', 'files, staff search by customer', 'bench_agent',
        staff_list(PAGE, ('commercial_partner_id', 'ilike', 'Probe Instr')), specification, Target(constant=True)),
    Row('specialist_files', 'files, specialist with 51 customers', 'bench_specialist', staff_list(PAGE), specification,
        Target(constant=True)),
    Row('tasks', f"Odoo's `/my/tasks`, {PROBE_TASKS} rows", 'bench_probe', portal_page('/my/tasks', TASK_LINK, PROBE_TASKS),
        target=Target(24, None, 1.05, True)),
]
