"""Fixtures for the tests of tickets."""
from odoo.fields import Command

from odoo.addons.customer_services.tests.common import CustomerCommon, CustomerHttpCommon


class TicketFixture:
    """A team with its agent, the stages, and one ticket of each customer; mail is off while they are created."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env['customer.ticket.team'].search([]).portal_published = False
        cls.team = cls.env['customer.ticket.team'].create({
            'name': 'First aid', 'company_id': False, 'sequence': -1, 'member_ids': [Command.set(cls.agent.ids)]})
        cls.stages = {
            state: cls.env['customer.ticket.stage'].search([('state', '=', state)], limit=1)
            for state in ('new', 'open', 'waiting', 'closed', 'cancelled')}
        cls.ticket_a1 = cls._create_ticket(cls.user_a1, name='Lamp of the office')
        cls.ticket_a2 = cls._create_ticket(cls.user_a2, name='Chair of a colleague')
        cls.ticket_b1 = cls._create_ticket(cls.user_b1, name='Secret of the neighbour')

    @classmethod
    def _create_ticket(cls, user, **values):
        """Create a ticket of a user as the superuser."""
        return cls.env['customer.ticket'].create({
            'partner_id': user.partner_id.id, 'name': 'Question', 'description': '<p>What is this?</p>',
            'team_id': cls.team.id, **values})

    @classmethod
    def _comment(cls, ticket, author, body, **values):
        """Write a message into the thread of a ticket, without mail."""
        return cls.env['mail.message'].create({
            'model': ticket._name, 'res_id': ticket.id, 'author_id': author.partner_id.id, 'body': body,
            'message_type': 'comment', 'subtype_id': cls.env.ref('mail.mt_comment').id, **values})

    @classmethod
    def _note(cls, ticket, author, body, **values):
        """Write an internal note into the thread of a ticket, without mail."""
        return cls._comment(
            ticket, author, body, subtype_id=cls.env.ref('mail.mt_note').id, is_internal=True, **values)

    @classmethod
    def _attachment(cls, ticket, name, content):
        """Store a file on a ticket."""
        return cls.env['ir.attachment'].create(
            {'name': name, 'raw': content, 'res_model': ticket._name, 'res_id': ticket.id})


class TicketCommon(TicketFixture, CustomerCommon):
    """For tests of models."""


class TicketHttpCommon(TicketFixture, CustomerHttpCommon):
    """For tests of routes and pages."""
