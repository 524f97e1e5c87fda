from odoo.tools import SQL

from odoo.addons.customer_services import forget_mixins

from . import controllers, models, report, wizards

#: Odoo's rules for portal users by the hierarchy of contacts; the access predicate takes their place
PORTAL_RULES = (
    'sale.sale_order_rule_portal', 'sale.sale_order_line_rule_portal', 'account.account_invoice_rule_portal',
    'account.account_invoice_line_rule_portal')
#: tables of Odoo that get an owner: the customer of their partner when the addon is installed
OWNED_TABLES = ('sale_order', 'account_payment', 'payment_transaction')
#: indexes on columns of Odoo, which Odoo would leave behind
OWN_INDEXES = (
    'account_move__customer_idx', 'account_move__customer_partner_idx')


def pre_init_hook(env):
    """Fill the owner of what is there already by one statement a table, instead of record by record.

    :param env: the environment of the installation (superuser)
    """
    for table in OWNED_TABLES:
        env.cr.execute(SQL(
            'ALTER TABLE %s ADD COLUMN IF NOT EXISTS commercial_partner_id integer', SQL.identifier(table)))
        env.cr.execute(SQL(
            'UPDATE %s AS document SET commercial_partner_id = partner.commercial_partner_id'
            ' FROM res_partner AS partner WHERE partner.id = document.partner_id', SQL.identifier(table)))


def post_init_hook(env):
    """Switch Odoo's portal rules off: ours say who may see what.

    :param env: the environment of the installation (superuser)
    """
    _set_portal_rules(env, False)


def uninstall_hook(env):
    """Switch Odoo's portal rules on again and drop the indexes that Odoo would leave behind.

    :param env: the environment of the removal (superuser)
    """
    _set_portal_rules(env, True)
    for name in OWN_INDEXES:
        env.cr.execute(SQL('DROP INDEX IF EXISTS %s', SQL.identifier(name)))
    forget_mixins(env, ('sale.order', 'account.move', 'payment.token'))


def _set_portal_rules(env, active):
    for xml_id in PORTAL_RULES:
        rule = env.ref(xml_id, raise_if_not_found=False)
        if rule:
            rule.active = active
