from . import controllers, models


def uninstall_hook(env):
    """Delete bookings that nobody confirmed: their owner goes with this addon.

    :param env: the environment of the removal (superuser)
    """
    unproven = env.ref('customer_agenda_website.res_partner_unproven', raise_if_not_found=False)
    if unproven:
        env['customer.appointment'].with_context(tracking_disable=True).search(
            [('partner_id', '=', unproven.id)]).unlink()
