import threading
from functools import partial
from unittest.mock import patch

from psycopg2.errors import SerializationFailure

from odoo import SUPERUSER_ID, api
from odoo.modules.registry import DummyRLock, Registry
from odoo.service.model import retrying
from odoo.tests import BaseCase, get_db_name, tagged
from odoo.tools import mute_logger

MAIL = ('From: Parallel <parallel@sender.example.com>\r\nTo: parallel-team@parallel.example.com\r\n'
        'Subject: Parallel {0}\r\nMessage-ID: <parallel-{0}@sender.example.com>\r\n\r\nText {0}')


@tagged('post_install', '-at_install')
class TestIntakeParallel(BaseCase):
    """Workers at the same time, each with a cursor of its own: what is tested here is committed and deleted."""

    def setUp(self):
        super().setUp()
        self.registry = Registry(get_db_name())
        # while the tests run at the start of the server, the main thread holds the lock of the registries
        lock = patch.object(Registry, '_lock', DummyRLock())
        lock.start()
        self.addCleanup(lock.stop)
        with self.registry.cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {})
            domain = env['mail.alias.domain'].create({'name': 'parallel.example.com'})
            team = env['customer.ticket.team'].create({
                'name': 'Parallel', 'company_id': False, 'alias_name': 'parallel-team', 'alias_domain_id': domain.id})
            self.ids = {'domain': domain.id, 'team': team.id, 'alias': team.alias_id.id}
        self.addCleanup(self._delete)

    def _delete(self):
        with self.registry.cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {'active_test': False})
            tickets = env['customer.ticket'].search([('team_id', '=', self.ids['team'])])
            env['mail.mail'].search([('model', '=', 'customer.ticket'), ('res_id', 'in', tickets.ids)]).unlink()
            tickets.unlink()
            env['customer.submission'].search([('key', '=like', 'mail:parallel%')]).unlink()
            env['res.partner'].search([('email', 'like', 'parallel@sender.example.com')]).unlink()
            env['customer.ticket.team'].browse(self.ids['team']).unlink()
            env['mail.alias'].browse(self.ids['alias']).exists().unlink()
            env['mail.alias.domain'].browse(self.ids['domain']).unlink()

    def _deliver(self, *mails):
        """Deliver each mail in a worker of its own at the same moment, repeated by Odoo as a request is.

        :return: list of ids of tickets
        """
        barrier = threading.Barrier(len(mails), timeout=20)
        results = [None] * len(mails)

        def work(index, mail):
            is_first = []
            with self.registry.cursor() as cr:
                env = api.Environment(cr, SUPERUSER_ID, {})

                def once():
                    cr.execute('SELECT 1')  # the snapshot of both is older than what either of them writes
                    if not is_first:
                        is_first.append(True)
                        barrier.wait()
                    return env['mail.thread'].message_process(False, mail.encode())
                results[index] = retrying(once, env)

        threads = [threading.Thread(target=partial(work, *item), daemon=True) for item in enumerate(mails)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(120)
            self.assertFalse(thread.is_alive())
        return results

    @mute_logger('odoo.sql_db')
    def test_same_mail(self):
        """Issue 5.13: the same mail delivered to two workers at once is one ticket with one message."""
        first, second = self._deliver(MAIL.format(1), MAIL.format(1))
        self.assertEqual([bool(first), bool(second)].count(True), 1)
        with self.registry.cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {})
            ticket = env['customer.ticket'].search([('team_id', '=', self.ids['team'])])
            self.assertEqual(len(ticket), 1)
            self.assertEqual(env['mail.message'].search_count(ticket._public_messages_domain()), 1)
            self.assertEqual(env['customer.ticket.outbox'].search_count([('ticket_id', '=', ticket.id)]), 2)

    @mute_logger('odoo.sql_db')
    def test_unknown_sender(self):
        """Issue 5.3: two first mails of one sender at once are two tickets of one contact."""
        self.assertEqual(len(set(self._deliver(MAIL.format(1), MAIL.format(2)))), 2)
        with self.registry.cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {})
            tickets = env['customer.ticket'].search([('team_id', '=', self.ids['team'])])
            self.assertEqual(len(tickets.partner_id), 1)
            self.assertEqual(env['res.partner'].search_count(
                [('email_normalized', '=', 'parallel@sender.example.com')]), 1)

    @mute_logger('odoo.sql_db')
    def test_fetched_mail_is_tried_again(self):
        """Issue 5.13: a fetched mail that meets a faster transaction is tried again: Odoo would count it as handled."""
        with self.registry.cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {'default_fetchmail_server_id': 1})
            Thread = self.registry['mail.thread']
            original, calls = Thread._message_route_process, []

            def process(thread, *args, **kwargs):
                calls.append(1)
                if len(calls) == 1:
                    raise SerializationFailure
                return original(thread, *args, **kwargs)

            with patch.object(Thread, '_message_route_process', process):
                self.assertTrue(env['mail.thread'].message_process(False, MAIL.format(3).encode()))
            self.assertEqual(len(calls), 2)
