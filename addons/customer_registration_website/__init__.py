from . import models, wizards
from .const import FORM_URL


def uninstall_hook(env):
    """Take the forms out of the menus, which nobody would keep in step any more.

    :param env: the environment of the removal (superuser)
    """
    env['website.menu'].search([('url', '=like', f'{FORM_URL}%')]).unlink()
