from unittest.mock import patch

from odoo import fields
from odoo.fields import Command
from odoo.tests import tagged

from odoo.addons.customer_helpdesk.tests.test_mail import TicketMailCommon


@tagged('post_install', '-at_install')
class TestAutomation(TicketMailCommon):
    """Automation rules of Odoo on tickets, as a manager makes them in the interface."""

    def _rule(self, trigger, update, **values):
        """Create a rule on tickets that sets one field.

        :param update: ``(name of the field, values of the action that say what it is set to)``
        """
        model = self.env['ir.model']._get('customer.ticket')
        name, value = update
        return self.env['base.automation'].create({
            'name': f'When {trigger}', 'model_id': model.id, 'trigger': trigger,
            'action_server_ids': [Command.create({
                'name': 'Set', 'model_id': model.id, 'state': 'object_write', 'update_path': name,
                **value})], **values})

    def test_on_a_stage(self):
        """Issue 5.32: a rule acts when a ticket reaches a stage, whoever moves it, the customer's answer too."""
        self._rule('on_stage_set', ('priority', {
            'selection_value': self.env['ir.model.fields.selection'].search([
                ('field_id.model', '=', 'customer.ticket'), ('field_id.name', '=', 'priority'), ('value', '=', '2')]).id}),
            trg_field_ref=self.stages['open'].id)
        self.ticket_a1.stage_id = self.stages['waiting']
        self.assertEqual(self.ticket_a1.priority, '0')
        self.ticket_a1.with_user(self.user_a1).message_post(body='Here you are')
        self.assertEqual((self.ticket_a1.state, self.ticket_a1.priority), ('open', '2'))

    def test_on_creation(self):
        """Issue 5.32: a rule acts on a ticket that a customer opens, with its type."""
        kind = self.env['customer.ticket.type'].create({'name': 'From the portal'})
        self._rule('on_create', ('type_id', {'resource_ref': f'customer.ticket.type,{kind.id}'}))
        self.team.portal_published = True
        ticket = self.env['customer.ticket'].with_user(self.user_a1)._create_from_customer(
            {'name': 'Door', 'description': 'It jams'})
        self.assertEqual(ticket.sudo().type_id, kind)

    def test_on_time(self):
        """Issue 5.32: a rule acts some time after a date of a ticket."""
        rule = self._rule(
            'on_time', ('user_id', {'resource_ref': f'res.users,{self.manager.id}'}),
            trg_date_id=self.env['ir.model.fields']._get('customer.ticket', 'last_message_date').id, trg_date_range=2,
            trg_date_range_type='day', filter_domain="[('is_closed', '=', False)]")
        rule.last_run = fields.Datetime.subtract(fields.Datetime.now(), days=1)
        self.ticket_a1.last_message_date = fields.Datetime.subtract(fields.Datetime.now(), days=2, hours=1)
        self.ticket_a2.last_message_date = fields.Datetime.now()
        self.env.flush_all()
        with patch.object(self.env.registry['ir.cron'], '_commit_progress', return_value=1):
            self.env['base.automation']._cron_process_time_based_actions()
        self.assertEqual(self.ticket_a1.user_id, self.manager)
        self.assertFalse(self.ticket_a2.user_id)
