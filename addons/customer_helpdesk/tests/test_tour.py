from odoo.tests import tagged

from .common import TicketHttpCommon


@tagged('post_install', '-at_install')
class TestTour(TicketHttpCommon):

    def test_portal_tour(self):
        """Issue 2.14: in a real browser a customer opens a ticket and answers; both stand in the thread."""
        before = self.env['customer.ticket'].search([])
        self.start_tour('/my', 'customer_helpdesk_portal', login='test_a1')
        self.env.invalidate_all()
        ticket = self.env['customer.ticket'].search([]) - before
        self.assertEqual((ticket.name, ticket.partner_id), ('Tour: the door jams', self.user_a1.partner_id))
        messages = self.env['mail.message'].search(ticket._public_messages_domain(), order='id')
        self.assertEqual(
            messages.mapped('body'), ['<p>Since this morning</p>', '<p>It is the left one</p>'])
