from odoo.addons.customer_services import forget_mixins

from . import models


def uninstall_hook(env):
    """Forget the mixin on models that stay installed.

    :param env: the environment of the removal (superuser)
    """
    forget_mixins(env, ('customer.rma',), ['customer.ticket.about.mixin'])
