from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import TransactionCase, tagged

from odoo.addons.customer_helpdesk.tests.common import TicketCommon
from odoo.addons.customer_services.tests.conformance import ConformanceMixin


@tagged('post_install', '-at_install')
class TestConformance(ConformanceMixin, TransactionCase):
    """Issue 2.13: the addon brings no model, no public method and no route."""

    addon = 'customer_helpdesk_timesheet'


@tagged('post_install', '-at_install')
class TestTimesheet(TicketCommon):
    """Time spent on tickets."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.project = cls.env['project.project'].create({'name': 'Support', 'allow_timesheets': True})
        cls.team.timesheet_project_id = cls.project
        users = cls.agent | cls.specialist | cls.manager
        users.write({'group_ids': [Command.link(cls.env.ref('hr_timesheet.group_timesheet_manager').id)]})
        cls.env['hr.employee'].create([{'name': user.name, 'user_id': user.id} for user in users])

    def _spend(self, user, ticket, hours=1.5):
        return self.env['account.analytic.line'].with_user(user).create(
            {'customer_ticket_id': ticket.id, 'name': 'Looked at it', 'unit_amount': hours})

    def test_time(self):
        """Issue 5.27: time on a ticket is booked on the team's project, for the requester, and summed up."""
        line = self._spend(self.agent, self.ticket_a1)
        self._spend(self.manager, self.ticket_a1, 0.5)
        self.assertEqual((line.project_id, line.employee_id.user_id, line.partner_id), (
            self.project, self.agent, self.user_a1.partner_id))
        self.assertEqual(self.ticket_a1.timesheet_hours, 2)
        line.unlink()
        self.assertEqual(self.ticket_a1.timesheet_hours, 0.5)

    def test_without_project(self):
        """Issue 5.27: a team without project books no time."""
        self.team.timesheet_project_id = False
        with self.assertRaises(UserError):
            self._spend(self.agent, self.ticket_a1)
        self.assertFalse(self.ticket_a1.timesheet_ids)

    def test_as_visible_as_the_ticket(self):
        """Issue 5.27: who may not see the ticket neither sees nor books time on it, whatever his rights on timesheets."""
        hidden, shown = self._spend(self.agent, self.ticket_b1), self._spend(self.agent, self.ticket_a1)
        Line = self.env['account.analytic.line'].with_user(self.specialist)
        self.assertEqual(Line.search([('id', 'in', (hidden | shown).ids)]), shown)
        with self.assertRaises(AccessError):
            hidden.with_user(self.specialist).read(['name'])
        with self.assertRaises(AccessError):
            self._spend(self.specialist, self.ticket_b1)
        self.assertEqual(len(self.ticket_b1.timesheet_ids), 1)
        other = self.env['account.analytic.line'].with_user(self.specialist).create(
            {'project_id': self.project.id, 'name': 'Without ticket', 'unit_amount': 1})
        self.assertTrue(other)
