from odoo.exceptions import AccessError, ValidationError
from odoo.tests import Form, tagged

from odoo.addons.customer_agenda.tests.common import MONDAY, AgendaCommon


@tagged('post_install', '-at_install')
class TestAppointments(AgendaCommon):

    def _document(self, user):
        return self.env['project.project'].create({
            'name': 'New kitchen', 'partner_id': user.partner_id.id, 'privacy_visibility': 'portal'})

    def test_button(self):
        """Issue 8.10: staff make an appointment with the button; it knows what it is about, and the other way round."""
        document = self._document(self.user_a1).with_user(self.agent)
        action = document.action_open_customer_appointments()
        with Form(self.env['customer.appointment'].with_user(self.agent).with_context(**action['context'])) as form:
            self.assertEqual(form.partner_id, self.user_a1.partner_id)
            form.type_id = self.kind
            form.start = MONDAY
        appointment = form.record
        self.assertEqual((appointment.project_id, document.customer_appointment_ids), (document, appointment))
        self.assertEqual(document.customer_appointment_count, 1)
        self.assertEqual(self.env['customer.appointment'].search(action['domain']), appointment)

    def test_other_customer(self):
        """Issue 8.10: an appointment never hangs on a document of another customer."""
        document = self._document(self.user_a1)
        with self.assertRaises(ValidationError), self.env.cr.savepoint():
            self._create_appointment(self.user_b1, project_id=document.id)
        self.assertFalse(document.customer_appointment_ids)

    def test_access(self):
        """Issue 8.7: neither customers nor specialists without right see the link or use the button."""
        document = self._document(self.user_a1)
        appointment = self._create_appointment(self.user_a1, project_id=document.id)
        with self.assertRaises(AccessError):
            appointment.with_user(self.user_a1).read(['project_id'])
        foreign = self._document(self.user_b1)
        with self.assertRaises(AccessError):
            foreign.with_user(self.specialist).action_open_customer_appointments()
        self.assertEqual(document.with_user(self.specialist).customer_appointment_count, 1)
