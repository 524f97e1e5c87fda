"""Issue 2.7: every addon is installed, updated and uninstalled on databases as customers have them.

One process of Odoo goes through the life of all addons, each of them added to those that it needs; glue comes by itself
with the last of its sides. What an addon needs of Odoo's is proved by its own tests, which run without anything else.
"""

import pytest

from tools.env import own_addons
from tools.testing_lifecycle import changes, complaints, differences, live
from tools.testing_templates import depends, is_glue

# What makes up Odoo's own access and pages
ODOO_TABLES = [
    'ir_act_server', 'ir_act_window', 'ir_config_parameter', 'ir_model', 'ir_model_access', 'ir_model_fields',
    'ir_rule', 'ir_ui_menu', 'ir_ui_view', 'mail_template', 'res_groups', 'res_groups_implied_rel', 'rule_group_rel',
]
EXISTING_TABLES = ['account_move', 'mail_followers', 'res_partner', 'res_users', 'sale_order', 'sale_order_line']


def units():
    """Return the addons that are installed by their name, each after those that it needs."""
    return sorted((name for name in own_addons() if not is_glue(name)), key=lambda name: (len(depends(name)), name))


@pytest.fixture(scope='module')
def bare(cluster, templates):
    """What the whole life of the addons did to a database without demo data, see testing_lifecycle.whole_life."""
    with templates.clone(templates.stock(own_addons(), demo=False), 'bare') as database:
        return live(cluster, database, 'whole_life', units())


@pytest.fixture(scope='module')
def beside(cluster, templates):
    """What it did beside data that were there first, see testing_lifecycle.life_beside."""
    with templates.clone(templates.existing(), 'beside') as database:
        return live(cluster, database, 'life_beside', units(), EXISTING_TABLES, ODOO_TABLES)


@pytest.mark.xdist_group('lifecycle_bare')
class TestBare:
    """A database without demo data."""

    def test_install(self, bare):
        """Issue 2.7: all addons install without demo data and without a complaint of Odoo, glue by itself."""
        assert bare['complaints'] == {}
        assert sorted(name for names in bare['came'].values() for name in names) == sorted(own_addons())
        assert all(bare['changed'].values())

    def test_update(self, bare):
        """Issue 2.7: an update of the same version changes nothing."""
        assert bare['update'] == []

    @pytest.mark.parametrize('unit', units())
    def test_uninstall(self, bare, unit):
        """Issue 2.7: after uninstalling, all tables, rules, views, groups and triggers are as before."""
        assert bare['uninstall'][unit] == []


@pytest.mark.xdist_group('lifecycle_beside')
class TestBeside:
    """A database of a company with partners, portal users, orders, and demo data."""

    def test_existing_data(self, beside):
        """Issue 2.7: partners, portal users and orders that were there first stay as they are, during and after."""
        assert beside['existing'] == EXISTING_TABLES
        assert len(beside['lost']) == 2 * len(units()) + 1
        assert {step: lines for step, lines in beside['lost'].items() if lines} == {}

    def test_demo_data(self, beside):
        """Issue 2.7: all addons install with their demo data and without a complaint of Odoo."""
        assert beside['complaints'] == {}
        assert beside['demo'] == dict.fromkeys(own_addons(), True)

    def test_update(self, beside):
        """Issue 2.7: tickets, accesses and all other rows of ours survive an update."""
        assert beside['own'] > 100
        assert beside['update'] == []

    @pytest.mark.parametrize('unit', units())
    def test_uninstall(self, beside, unit):
        """Issue 2.7: uninstalling leaves no table, rule, view or menu, and Odoo's own are as before."""
        assert beside['left'][unit] == []
        assert beside['uninstall'][unit] == []


@pytest.mark.xdist_group('lifecycle_dependents')
def test_dependents(cluster, templates):
    """Issue 2.7: an addon takes those that need it with it, and nothing is left of them either."""
    names = ['customer_sale', 'customer_services']
    with templates.clone(templates.suite(), 'dependents') as database:
        found = live(cluster, database, 'uninstall_with_dependents', names)
    assert found.pop('complaints') == {}
    gone = set()
    for name in names:
        expected = {name, *(other for other in own_addons() if name in depends(other))} - gone
        gone |= expected
        assert expected <= set(found[name]['gone'])
        assert found[name]['left'] == []
    assert gone >= {other for other in own_addons() if 'customer_services' in depends(other)}


def test_comparison():
    """What differs between two snapshots is told, and what Odoo complained about during which step."""
    before = {('t', '1'): '{"a": 1, "b": 2}', ('t', '2'): '{"a": 1}', ('t', '3'): '{"a": 3}'}
    after = {('t', '1'): '{"a": 5, "b": 2, "c": 4}', ('t', '3'): '{"a": 3}', ('t', '4'): '{"a": 1}'}
    assert changes(before, after) == ["changed ('t', '1') a: 1 -> 5", "lost ('t', '2'): {\"a\": 1}"]
    assert [line.split()[0] for line in differences(before, after)] == ['changed', 'lost', 'new']
    lines = ['LIFE install a', '2026-01-01 10:00:00,000 1 WARNING db x: y', 'LIFE uninstall a',
             '2026-01-01 10:00:01,000 1 WARNING db x: z']
    assert complaints(lines) == {'install a': ['2026-01-01 10:00:00,000 1 WARNING db x: y']}
