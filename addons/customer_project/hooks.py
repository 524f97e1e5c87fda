"""What installing and removing the addon does to tables and rules of Odoo's own."""
from odoo.tools import SQL

from odoo.addons.customer_services import forget_mixins

#: rules of Odoo by which being a follower opens a project or a task to a customer
FOLLOWER_RULES = ('project.project_project_rule_portal', 'project.project_task_rule_portal')


def pre_init_hook(env):
    """Fill the owners of projects and tasks that are there already, each table in one statement.

    :param env: the environment of the installation (superuser)
    """
    for table in ('project_project', 'project_task'):
        env.cr.execute(SQL(
            'ALTER TABLE %s ADD COLUMN IF NOT EXISTS commercial_partner_id integer', SQL.identifier(table)))
    env.cr.execute(
        'UPDATE project_project project SET commercial_partner_id = partner.commercial_partner_id'
        ' FROM res_partner partner WHERE partner.id = project.partner_id')
    env.cr.execute(
        'UPDATE project_task task SET commercial_partner_id = found.owner FROM ('
        ' SELECT task.id, COALESCE(project.commercial_partner_id, partner.commercial_partner_id) AS owner'
        ' FROM project_task task LEFT JOIN project_project project ON project.id = task.project_id'
        ' LEFT JOIN res_partner partner ON partner.id = task.partner_id) found'
        ' WHERE found.id = task.id AND found.owner IS NOT NULL')


def post_init_hook(env):
    """Switch Odoo's follower rules off: accesses open projects now, by rules of our own.

    :param env: the environment of the installation (superuser)
    """
    for xmlid in FOLLOWER_RULES:
        env.ref(xmlid).active = False


def uninstall_hook(env):
    """Give Odoo its follower rules back.

    :param env: the environment of the removal (superuser)
    """
    for xmlid in FOLLOWER_RULES:
        rule = env.ref(xmlid, raise_if_not_found=False)
        if rule:
            rule.active = True
    forget_mixins(env, ('project.project', 'project.task', 'rating.rating'))
