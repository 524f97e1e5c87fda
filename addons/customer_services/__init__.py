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
