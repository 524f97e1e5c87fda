from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import tagged

from .common import TicketCommon


@tagged('post_install', '-at_install')
class TestTypesAndTags(TicketCommon):
    """What sorts tickets: types, tags."""

    def test_type_of_a_team(self):
        """Issue 5.18: a type can be limited to teams; a ticket that changes to another team loses it."""
        other = self.env['customer.ticket.team'].create({'name': 'Second aid', 'company_id': False})
        free, bound = self.env['customer.ticket.type'].create([
            {'name': 'Free'}, {'name': 'Bound', 'team_ids': [Command.set(self.team.ids)]}])
        ticket = self._create_ticket(self.user_a1, type_id=bound.id)
        self.assertEqual(ticket.type_id, bound)
        with self.assertRaises(ValidationError):
            self._create_ticket(self.user_a1, type_id=bound.id, team_id=other.id)
        ticket.team_id = other
        self.assertFalse(ticket.type_id)
        ticket.type_id = free
        ticket.team_id = self.team
        self.assertEqual(ticket.type_id, free)

    def test_types_offered_to_customers(self):
        """Issue 5.18: customers choose among the published types of their company."""
        Type = self.env['customer.ticket.type']
        shown, hidden, foreign = Type.create([
            {'name': 'Shown'}, {'name': 'Hidden', 'portal_published': False},
            {'name': 'Foreign', 'company_id': self.company_2.id}])
        offered = Type.with_user(self.user_a1)._offered_to_customers(self.company)
        self.assertIn(shown, offered)
        self.assertFalse(offered & (hidden | foreign))
        with self.assertRaises(UserError):
            self.ticket_a1.type_id = foreign

    def test_find_by_tags(self):
        """Issue 5.18: agents tag tickets and find them by tags."""
        tag = self.env['customer.ticket.tag'].with_user(self.agent).create({'name': 'Lamp'})
        self.ticket_a1.with_user(self.agent).tag_ids = tag
        Ticket = self.env['customer.ticket'].with_user(self.agent)
        self.assertEqual(Ticket.search([('tag_ids', '=', 'Lamp')]), self.ticket_a1)

    def test_ratings_are_as_visible_as_their_ticket(self):
        """Issue 5.31: a specialist reads the ratings of his customers only."""
        ratings = self.env['rating.rating'].create([
            {'res_model_id': self.env['ir.model']._get_id('customer.ticket'), 'res_id': ticket.id, 'rating': 5,
             'consumed': True} for ticket in self.ticket_a1 | self.ticket_b1])
        mine = ratings.with_user(self.specialist)
        self.assertEqual(mine.search([('id', 'in', ratings.ids)]), ratings[0])
        with self.assertRaises(AccessError):
            ratings[1].with_user(self.specialist).read(['rating'])
        self.assertEqual(self.ticket_a1.rating_last_value, 5)
