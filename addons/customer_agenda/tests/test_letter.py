from odoo.tests import tagged

from .common import MONDAY, AgendaCommon


@tagged('post_install', '-at_install')
class TestLetter(AgendaCommon):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env['res.lang']._activate_lang('de_DE')
        cls.customer_a.write({'street': 'Hauptstraße 1', 'zip': '10115', 'city': 'Berlin', 'country_id': cls.env.ref('base.de').id})
        cls.user_a1.partner_id.write({'lang': 'de_DE'})

    def _html(self, appointments):
        return self.env['ir.actions.report'].with_user(self.agent)._render_qweb_html(
            'customer_agenda.report_appointment_letter', appointments.ids)[0].decode()

    def test_window(self):
        """Issue 8.11: the address stands in the window of DIN 5008, or of a US envelope."""
        appointment = self._create_appointment(self.user_a1)
        self.company.country_id = self.env.ref('base.de')
        html = self._html(appointment)
        self.assertIn('left: 20mm; top: 45mm; width: 85mm; height: 45mm;', html)
        for text in ('Customer A', 'End user A1', 'Hauptstraße 1', '10115', appointment.number):
            self.assertIn(text, html)
        self.company.country_id = self.env.ref('base.us')
        self.assertIn('left: 22mm; top: 51mm; width: 95mm; height: 29mm;', self._html(appointment))

    def test_language_and_batch(self):
        """Issue 8.11: a batch has one page a letter, each in its customer's language, without internal notes."""
        appointments = self._create_appointment(self.user_a1, internal_note='<p>SECRET</p>')
        appointments |= self._create_appointment(self.user_b1, MONDAY.replace(hour=8))
        html = self._html(appointments)
        self.assertEqual(html.count('o_agenda_window'), 2)
        self.assertIn('Montag', html)
        self.assertIn('Monday', html)
        self.assertNotIn('SECRET', html)

    def test_posted(self):
        """Issue 8.11: printed and posted are marked."""
        appointment = self._create_appointment(self.user_a1)
        action = appointment.with_user(self.agent).action_print_letter()
        self.assertEqual(action['report_name'], 'customer_agenda.report_appointment_letter')
        self.assertTrue(appointment.letter_date)
        self.assertFalse(appointment.posted_date)
        appointment.with_user(self.agent).action_mark_posted()
        self.assertTrue(appointment.posted_date)
