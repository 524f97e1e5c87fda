import threading
from functools import partial
from unittest.mock import patch

from odoo import SUPERUSER_ID, api
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Command
from odoo.modules.registry import DummyRLock, Registry
from odoo.service.model import retrying
from odoo.tests import BaseCase, get_db_name, tagged
from odoo.tools import mute_logger

#: requests at the same time, each with a connection of its own
COUNT = 50


@tagged('post_install', '-at_install')
class TestParallel(BaseCase):
    """Requests at the same time, each with a cursor of its own: what is tested here is committed and deleted."""

    def setUp(self):
        super().setUp()
        self.registry = Registry(get_db_name())
        # while the tests run at the start of the server, the main thread holds the lock of the registries
        lock = patch.object(Registry, '_lock', DummyRLock())
        lock.start()
        self.addCleanup(lock.stop)
        with self.registry.cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {'tracking_disable': True})
            partner = env['res.partner'].create({'name': 'Parallel customer', 'is_company': True})
            product = env['product.product'].create({
                'name': 'Parallel lamp', 'is_storable': True, 'taxes_id': [Command.clear()]})
            warehouse = env['stock.warehouse'].search([('company_id', '=', env.company.id)], limit=1)
            env['stock.quant']._update_available_quantity(product, warehouse.lot_stock_id, 3)
            order = env['sale.order'].create({
                'partner_id': partner.id, 'require_signature': False, 'require_payment': False,
                'order_line': [Command.create({'product_id': product.id, 'product_uom_qty': 3})]})
            order.action_confirm()
            move = order.picking_ids.move_ids
            move.write({'quantity': 3, 'picked': True})
            order.picking_ids.with_context(skip_backorder=True, skip_sms=True).button_validate()
            self.ids = {'partner': partner.id, 'move': move.id}
        self.addCleanup(self._delete)

    def _delete(self):
        """Returns go; the order and its delivered goods stay, archived with their customer: nobody deletes done moves."""
        with self.registry.cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {})
            env['customer.rma'].search([('partner_id', '=', self.ids['partner'])]).unlink()
            env['res.partner'].browse(self.ids['partner']).active = False

    def _request(self, quantity, results, barrier, index):
        is_first = []

        def request(env):
            env.cr.execute('SELECT 1')  # the snapshot of both is older than what either of them writes
            if not is_first:
                is_first.append(True)
                barrier.wait()
            return env['customer.rma'].create({
                'partner_id': self.ids['partner'],
                'line_ids': [Command.create({'move_id': self.ids['move'], 'quantity': quantity})]}).id

        try:
            with self.registry.cursor() as cr:  # what is refused is rolled back, as in a request
                env = api.Environment(cr, SUPERUSER_ID, {'tracking_disable': True})
                results[index] = retrying(partial(request, env), env)
        except (UserError, ValidationError) as error:
            results[index] = str(error)

    @mute_logger('odoo.sql_db')
    def test_same_goods(self):
        """Issue 7.2: of 50 requests for 2 of 3 at the same time exactly one succeeds, the others hear "1 left"."""
        barrier, results = threading.Barrier(COUNT, timeout=60), [None] * COUNT
        threads = [threading.Thread(target=partial(self._request, 2, results, barrier, index), daemon=True)
                   for index in range(COUNT)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(120)
            self.assertFalse(thread.is_alive())
        refused = [result for result in results if isinstance(result, str)]
        self.assertEqual(len(refused), COUNT - 1, results)
        self.assertFalse([text for text in refused if '1 left' not in text])
        with self.registry.cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {})
            self.assertEqual(env['customer.rma.line'].search([('move_id', '=', self.ids['move'])]).quantity, 2)
