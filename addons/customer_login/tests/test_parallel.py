"""Guesses at the same time, with real transactions: what is written here is deleted at the end."""
import threading
from types import SimpleNamespace
from unittest.mock import patch

from odoo import api
from odoo.modules.registry import DummyRLock, Registry
from odoo.tests import BaseCase, get_db_name, tagged
from odoo.tools import mute_logger

from ..models import customer_login_guard as module
from ..models.customer_login_guard import TooManyAttempts

NETWORK = '192.0.2.201'


@tagged('post_install', '-at_install')
class TestParallel(BaseCase):
    """Ten guesses at once, and a request that is rolled back."""

    def setUp(self):
        super().setUp()
        self.registry = Registry(get_db_name())
        # while the tests run at the start of the server, the main thread holds the lock of the registries
        lock = patch.object(Registry, '_lock', DummyRLock())
        lock.start()
        self.addCleanup(lock.stop)
        self.addCleanup(self._delete)
        visitor = SimpleNamespace(
            httprequest=SimpleNamespace(remote_addr=NETWORK), db=get_db_name(), cookies={})
        patcher = patch.object(module, 'request', visitor)
        patcher.start()
        self.addCleanup(patcher.stop)

    def _delete(self):
        with self.registry.cursor() as cr:
            cr.execute('DELETE FROM customer_login_event WHERE network = %s', [NETWORK])

    def _guess(self, outcomes):
        with self.registry.cursor() as cr:
            guard = api.Environment(cr, api.SUPERUSER_ID, {})['customer.login.guard']
            try:
                guard._begin('login', 'parallel')
                outcomes.append('tried')
            except TooManyAttempts:
                outcomes.append('refused')
            cr.rollback()  # whatever becomes of the request

    @mute_logger('odoo.addons.customer_login.models.customer_login_guard')
    def test_parallel_guesses(self):
        """Issue 10.11: of ten parallel guesses five are tried; their requests are rolled back, the count stays."""
        outcomes = []
        threads = [threading.Thread(target=self._guess, args=(outcomes,)) for _index in range(10)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(sorted(outcomes), ['refused'] * 5 + ['tried'] * 5)
        self._guess(outcomes)
        self.assertEqual(outcomes[-1], 'refused')
        with self.registry.cursor() as cr:
            cr.execute("""
                SELECT count(*) FROM pg_locks l JOIN pg_database d ON d.oid = l.database
                 WHERE locktype = 'advisory' AND datname = current_database()""")
            self.assertEqual(cr.fetchone()[0], 0, 'every lock is given back')
