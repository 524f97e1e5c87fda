from odoo.tests import tagged

from odoo.addons.customer_helpdesk.tests.common import TicketHttpCommon


@tagged('post_install', '-at_install')
class TestTour(TicketHttpCommon):

    def test_support_tour(self):
        """Issue 5.2: in a real browser a visitor asks. Issue 5.28: a page is suggested while he types."""
        self.team.website_published = True
        self.env['ir.config_parameter'].set_param('customer_helpdesk_website.min_seconds', '0')
        self.patch(type(self.env['website']), '_suggest_answers', lambda website, text: [
            {'title': f'About {text}', 'url': '/contactus', 'kind': 'Blog'}])
        before = self.env['customer.ticket'].search([])
        self.start_tour('/support/new', 'customer_helpdesk_website_support')
        self.env.invalidate_all()
        ticket = self.env['customer.ticket'].search([]) - before
        self.assertEqual((ticket.name, ticket.partner_id.email), ('Tour: the lamp', 'tour@visitors.example.com'))
