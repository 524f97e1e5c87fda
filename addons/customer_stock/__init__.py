from odoo.addons.customer_services import forget_mixins

from . import controllers, models

PORTAL_RULE = 'sale_stock.stock_picking_rule_portal'


def pre_init_hook(env):
    """Fill the owner of the transfers that are there already by one statement.

    :param env: the environment of the installation (superuser)
    """
    env.cr.execute('ALTER TABLE stock_picking ADD COLUMN IF NOT EXISTS commercial_partner_id integer')
    env.cr.execute(
        'UPDATE stock_picking AS picking SET commercial_partner_id = partner.commercial_partner_id'
        ' FROM res_partner AS partner WHERE partner.id = picking.partner_id')


def post_init_hook(env):
    """Switch Odoo's portal rule off: ours says who may see what.

    :param env: the environment of the installation (superuser)
    """
    _set_portal_rule(env, False)


def uninstall_hook(env):
    """Switch Odoo's portal rule on again.

    :param env: the environment of the removal (superuser)
    """
    _set_portal_rule(env, True)
    forget_mixins(env, ('stock.picking',))


def _set_portal_rule(env, active):
    rule = env.ref(PORTAL_RULE, raise_if_not_found=False)
    if rule:
        rule.active = active
