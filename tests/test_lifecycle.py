"""Issue 2.7: every addon is installed, updated and uninstalled on databases as customers have them."""

from types import SimpleNamespace

import pytest

from tools.env import own_addons
from tools.testing_lifecycle import Life, changes, differences
from tools.testing_templates import depends, is_glue, manifest

# What makes up Odoo's own access and pages
ODOO_TABLES = [
    'ir_act_server', 'ir_act_window', 'ir_config_parameter', 'ir_model', 'ir_model_access', 'ir_model_fields',
    'ir_rule', 'ir_ui_menu', 'ir_ui_view', 'mail_template', 'res_groups', 'res_groups_implied_rel', 'rule_group_rel',
]
EXISTING_TABLES = ['account_move', 'mail_followers', 'res_partner', 'res_users', 'sale_order', 'sale_order_line']


def units():
    """Return {label: addons} of what is installed at a time: each addon on its own, but all glue together.

    A glue addon only comes where its sides are, with every other one whose sides are there too.
    """
    glue = [name for name in own_addons() if is_glue(name)]
    return {'glue': glue, **{name: [name] for name in own_addons() if name not in glue}}


@pytest.fixture(scope='module', params=[
    pytest.param(label, marks=pytest.mark.xdist_group(f'lifecycle_{label}')) for label in units()
])
def addons(request):
    """Names of the addons that are installed together."""
    return units()[request.param]


def dependents(addons):
    """Return the addons that go with `addons` when they are uninstalled, themselves included."""
    return [name for name in own_addons() if name in addons or depends(name).intersection(addons)]


@pytest.fixture(scope='module')
def bare(cluster, templates, addons):
    """Snapshots of a database without demo data through the whole life of the addons."""
    with templates.clone(templates.below(*addons, demo=False), addons[0]) as database:
        life = Life(cluster, database, addons)
        found = SimpleNamespace(before=life.snapshot())
        life.install()
        found.installed = life.snapshot()
        life.update()
        found.updated = life.snapshot()
        life.uninstall()
        found.after = life.snapshot()
        yield found


def test_install_without_demo(bare):
    """Issue 2.7: an addon installs without demo data and without a complaint of Odoo."""
    assert differences(bare.before, bare.installed)


def test_update(bare):
    """Issue 2.7: an update of the same version changes nothing."""
    assert differences(bare.installed, bare.updated) == []


def test_uninstall(bare):
    """Issue 2.7: after uninstalling, all tables, rules, views, groups and triggers are as before."""
    assert differences(bare.before, bare.after) == []


def lost(existing, life):
    """Return lines that tell what of `existing` rows changed, but for Odoo's count of invoices, which demo data raise."""
    return [line for line in changes(existing, life.rows(EXISTING_TABLES)) if ' customer_rank: ' not in line]


def test_existing_data(cluster, templates, addons):
    """Issue 2.7: partners, portal users and orders that were there first stay as they are, during and after.

    The addon installs with its demo data; uninstalled with them, Odoo's rules and views are as before.
    """
    with templates.clone(templates.existing(*addons), addons[0]) as database:
        life = Life(cluster, database, addons)
        existing, before = life.rows(EXISTING_TABLES), {**life.schema(), **life.rows(ODOO_TABLES)}
        assert {table for table, _key in existing} == set(EXISTING_TABLES)
        assert life.query('SELECT 1 FROM res_users WHERE share AND active')
        life.install(demo=True)
        assert lost(existing, life) == []
        for addon in addons:
            assert life.query("SELECT demo FROM ir_module_module WHERE name = %s", addon) == [(True,)]
            if manifest(addon).get('demo'):
                names = life.query("SELECT 1 FROM ir_model_data WHERE module = %s AND noupdate", addon)
                assert names, f'no demo record of {addon} was made'
        life.uninstall()
        assert lost(existing, life) == []
        assert differences(before, {**life.schema(), **life.rows(ODOO_TABLES)}) == []


def test_existing_tickets(cluster, templates, addons):
    """Issue 2.7: tickets and accesses survive an update; uninstalling leaves no table, rule, view or menu."""
    modules = dependents(addons)
    with templates.clone(templates.suite(), addons[0]) as database:
        life = Life(cluster, database, addons)
        tables = life.own_tables(modules)
        before = life.rows(tables)
        assert before or not tables, 'the demo data hold nothing of this addon'
        life.update()
        assert changes(before, life.rows(tables)) == []
        life.uninstall()
        assert life.own_tables(modules) == set()
        assert not tables & life.tables()
        assert life.query("SELECT name FROM ir_model_data WHERE module = ANY(%s) AND model LIKE 'ir.%%'", modules) == []
