"""Issue 9.2: the pages of projects and files in Chromium at 1280 and 390 pixels, as in test_pages.py."""

import pytest

from tests.test_pages import WIDTHS, anna, axe_script, check, cookie  # noqa: F401 - fixtures

QUERY = """
    SELECT t.{column} FROM {table} t JOIN res_partner p ON p.id = t.commercial_partner_id
     WHERE p.name = 'Azure Interior' AND {condition} ORDER BY t.id LIMIT 1"""
FOLDER = "t.upload = 'yes' AND t.reach = 'customer'"
PLACES = {
    'project': ('/my/projects/{}/files', 'customer_folder', 'project_id', FOLDER),
    'project, search': ('/my/projects/{}/files?search=a', 'customer_folder', 'project_id', FOLDER),
    'folder': ('/my/projects/{}/files?folder={}', 'customer_folder', 'project_id, t.id', FOLDER),
    'file': ('/my/files/{}', 'customer_file', 'id', "t.needs_confirmation AND t.reach = 'customer'"),
    'image': ('/my/files/{}', 'customer_file', 'id', "t.mimetype = 'image/png' AND t.reach = 'customer'"),
    'request': ('/my/requests/{}', 'customer_file_request', 'id', 't.is_done IS NOT TRUE'),
}


@pytest.mark.parametrize('width', WIDTHS)
@pytest.mark.parametrize('place', PLACES)
def test_pages_accessible(outside, anna, axe_script, place, width):  # noqa: F811 - fixtures
    """Issue 9.2: axe-core finds no violation of WCAG 2.2 AA on the pages of projects and files, and nothing overflows."""
    path, table, column, condition = PLACES[place]
    [ids] = outside.query(QUERY.format(table=table, column=column, condition=condition))
    assert anna.goto(path.format(*ids)).status == 200
    check(anna, axe_script, width)
