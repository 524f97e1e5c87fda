from odoo.tests import TransactionCase, tagged

from odoo.addons.customer_services.tests.conformance import ConformanceMixin


@tagged('post_install', '-at_install')
class TestConformance(ConformanceMixin, TransactionCase):
    """Issue 8.7: appointments keep the rules of every document of customers."""

    addon = 'customer_agenda'
    public_methods = frozenset({
        'customer.appointment.book', 'customer.appointment.reschedule', 'customer.appointment.cancel',
        'customer.appointment.action_confirm', 'customer.appointment.action_done', 'customer.appointment.action_no_show',
        'customer.appointment.action_open_portal', 'customer.appointment.action_print_letter',
        'customer.appointment.action_mark_posted', 'customer.appointment.type.get_free_slots',
        'customer.appointment.type.action_open_appointments', 'customer.appointment.wait.action_close',
        'customer.appointment.wait.action_offer_next', 'customer.appointment.change.wizard.action_apply',
        'customer.appointment.repeat.wizard.action_apply'})
    # a share token shows an appointment, a link of a mail changes it by POST, a feed has a secret of its own
    public_routes = frozenset({
        '/my/appointments/<int:appointment_id>', '/my/appointments/<int:appointment_id>/calendar',
        '/my/appointments/<int:appointment_id>/files/<int:attachment_id>',
        '/my/appointments/<int:appointment_id>/cancel', '/my/appointments/<int:appointment_id>/accept',
        '/my/appointments/<int:appointment_id>/move', '/my/appointments/feed/<string:token>.ics'})
