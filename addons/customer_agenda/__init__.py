import contextlib

from psycopg2.errors import DependentObjectsStillExist

from . import controllers, models, wizards

#: marks the extension as brought by this addon
EXTENSION_COMMENT = 'installed by customer_agenda'


def pre_init_hook(env):
    """Install the extension of PostgreSQL that lets the database refuse double bookings.

    :param env: the environment of the installation (superuser)
    """
    env.cr.execute("SELECT 1 FROM pg_extension WHERE extname = 'btree_gist'")
    if not env.cr.rowcount:
        env.cr.execute('CREATE EXTENSION btree_gist')
        env.cr.execute(f"COMMENT ON EXTENSION btree_gist IS '{EXTENSION_COMMENT}'")


def uninstall_hook(env):
    """Drop the extension again, if this addon brought it and nobody else uses it.

    :param env: the environment of the removal (superuser)
    """
    env.cr.execute('DROP TABLE IF EXISTS customer_appointment_busy')
    env.cr.execute(
        "SELECT 1 FROM pg_extension WHERE extname = 'btree_gist' AND obj_description(oid, 'pg_extension') = %s",
        [EXTENSION_COMMENT])
    if env.cr.rowcount:
        with contextlib.suppress(DependentObjectsStillExist), env.cr.savepoint():
            env.cr.execute('DROP EXTENSION btree_gist', log_exceptions=False)
