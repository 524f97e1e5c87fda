from odoo.tests import BaseCase, tagged

from ..portal_list import Choice, PortalList, clean_text, contains, split_groups

SPEC = PortalList(
    model='x', url='/my/x', page_name='x', title='X', template='x', fields=('name',),
    sortings={'date': Choice('Newest', 'id desc'), 'name': Choice('Name', 'name')},
    filters={'all': Choice('All', []), 'open': Choice('Open', [('open', '=', True)])},
    searches={'all': Choice('All', lambda term: [('name', 'ilike', term)])},
    groupings={'none': Choice('None', None), 'stage': Choice('Stage', 'stage_id')})


@tagged('post_install', '-at_install')
class TestPortalList(BaseCase):
    """The list specification reads what visitors send, without a database."""

    def test_unknown_keys_fall_back(self):
        """Issue 2.15: a sorting, filter, search or grouping that does not exist is the default one."""
        for wrong in ('nope', '', None, 'id; DROP TABLE', ['date'], '__class__'):
            chosen = SPEC.choose({
                'sortby': wrong if not isinstance(wrong, list) else 'x', 'filterby': 'x', 'groupby': 'x',
                'search_in': 'x'})
            self.assertEqual(
                chosen, {'sortby': 'date', 'filterby': 'all', 'search_in': 'all', 'groupby': 'none', 'search': ''})

    def test_search_text_is_cleaned(self):
        """Issue 2.15: NUL and control characters never reach the database, long texts are cut."""
        self.assertEqual(SPEC.choose({'search': ' a\x00b\x07 '})['search'], 'ab')
        self.assertEqual(len(SPEC.choose({'search': 'x' * 1000})['search']), 100)

    def test_order_groups_first(self):
        """Issue 2.14: rows of a group stand together."""
        self.assertEqual(SPEC.order(SPEC.choose({'groupby': 'stage', 'sortby': 'name'})), 'stage_id, name')
        self.assertEqual(SPEC.order(SPEC.choose({})), 'id desc')

    def test_links_carry_choices_only(self):
        """Issue 2.14: addresses of pages carry what differs from the default."""
        self.assertEqual(SPEC.url_args(SPEC.choose({'filterby': 'open', 'sortby': 'date'})), {'filterby': 'open'})

    def test_clean_text(self):
        """Issue 2.15: line ends are unified, lone surrogates and controls go, anything else is kept."""
        self.assertEqual(clean_text('a\r\nb\rc\td\ud800e\x00 é 中'), 'a\nb\nc\tde é 中')
        self.assertEqual(clean_text(None), '')

    def test_contains(self):
        """Issue 2.15: wildcards of SQL in a search are plain characters; one of the fields is enough."""
        self.assertEqual(list(contains('name', 'number')('10%_')), [
            '|', ('name', 'ilike', r'10\%\_'), ('number', 'ilike', r'10\%\_')])

    def test_split_groups(self):
        """Issue 2.14: groups keep the order of the rows."""
        self.assertEqual(split_groups([1, 3, 2, 4], lambda n: n % 2), [(1, [1, 3]), (0, [2, 4])])
