from . import controllers, models, wizards


def pre_init_hook(env):
    """Add the flag of customers' own records: at first nobody is a customer, so nothing has to be computed.

    :param env: the environment of the installation (superuser)
    """
    env.cr.execute('ALTER TABLE res_partner ADD COLUMN IF NOT EXISTS customer_owned boolean')


def post_init_hook(env):
    """Give an access to everybody who had a portal login before the suite came.

    :param env: the environment of the installation (superuser)
    """
    env['res.users'].search([('share', '=', True)])._grant_customer_access()


def uninstall_hook(env):
    """Drop the index on a field of Odoo's that Odoo would leave behind.

    :param env: the environment of the removal (superuser)
    """
    env.cr.execute('DROP INDEX IF EXISTS res_partner__phone_sanitized_index')


#: mixins of the root that addons of the suite add to models of Odoo
MIXINS = ('customer.accessible.mixin', 'customer.transaction.mixin', 'customer.link.guard')


def forget_mixins(env, names, mixins=MIXINS):
    """Delete what Odoo noted about models and mixins that both stay installed while the addon that joins them goes.

    :param env: the environment of the removal (superuser)
    :param names: names of the models
    :param mixins: names of the mixins
    """
    env.cr.execute(
        'DELETE FROM ir_model_inherit WHERE model_id IN (SELECT id FROM ir_model WHERE model = ANY(%s))'
        ' AND parent_id IN (SELECT id FROM ir_model WHERE model = ANY(%s))', [list(names), list(mixins)])
