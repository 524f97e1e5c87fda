import time

from odoo.tests import TransactionCase, tagged

from ..models.customer_visit import MAX_SECONDS
from ..network import network_of

FORM = 'test_form'


@tagged('post_install', '-at_install')
class TestVisit(TransactionCase):
    """What keeps robots away from forms without login, without the pages."""

    def test_network(self):
        """Issue 5.2: an IPv6 client counts by his /64, whatever address he takes of it; an odd one counts too."""
        for address, network in {
            '192.0.2.7': '192.0.2.7', '::ffff:192.0.2.7': '192.0.2.7', '2001:db8:1:2:3:4:5:6': '2001:db8:1:2::/64',
            '2001:db8:1:2::9': '2001:db8:1:2::/64', '': 'unknown', None: 'unknown', 'nonsense': 'unknown',
        }.items():
            self.assertEqual(network_of(address), network)

    def test_stamp(self):
        """Issue 5.2: a form that is sent at once, after a day, with another key or a made-up time is refused."""
        Visit, now = self.env['customer.visit'], int(time.time())
        stamp = Visit._new_stamp(FORM, 'key', now - 60)
        self.assertEqual(Visit._check_stamp(FORM, 'key', stamp), '')
        self.assertEqual(Visit._check_stamp(FORM, 'key', Visit._new_stamp(FORM, 'key', now)), 'early')
        self.assertEqual(Visit._check_stamp(FORM, 'key', Visit._new_stamp(FORM, 'key', now - MAX_SECONDS - 1)), 'late')
        self.assertEqual(Visit._check_stamp(FORM, 'other', stamp), 'late')
        for broken in ('', '-', 'x-y', f'{now - 60}-', f'{now - 61}-{stamp.partition("-")[2]}', '9' * 40, '１-x', 'ä'):
            self.assertEqual(Visit._check_stamp(FORM, 'key', broken), 'late', broken)

    def test_caps(self):
        """Issue 5.2: caps by network, by address and altogether; what is refused does not count; old ones do not count.

        Issue 7.20: so it is with the form of withdrawals.
        """
        Visit = self.env['customer.visit']
        self.registry_enter_test_mode()  # what is counted in a transaction of its own is undone too
        Visit.search([]).unlink()
        for name, value in {'cap_network': '3', 'cap_address': '2', 'cap_total': '5'}.items():
            self.env['ir.config_parameter'].set_param(f'{FORM}.{name}', value)
        takes = [Visit._take(FORM, network, email, email + network, {'total': 300}) for network, email in (
            ('192.0.2.1', 'a@x.example'), ('192.0.2.2', 'a@x.example'), ('192.0.2.3', 'a@x.example'),
            ('192.0.2.1', 'b@x.example'), ('192.0.2.1', 'c@x.example'), ('192.0.2.1', 'd@x.example'),
            ('192.0.2.9', 'e@x.example'), ('192.0.2.8', 'f@x.example'))]
        self.assertEqual(takes, [True, True, False, True, True, False, True, False])
        self.env.invalidate_all()
        self.assertEqual(Visit.search_count([]), 5)
        self.assertNotIn('x.example', ''.join(Visit.search([]).mapped('address_hash')))
        self.env.cr.execute("UPDATE customer_visit SET date = date - interval '61 minutes'")
        self.assertTrue(Visit._take(FORM, '192.0.2.1', 'a@x.example', 'later', {}))
        self.assertTrue(Visit._take(FORM, '192.0.2.1', 'a@x.example', 'later', {}))  # replayed
        self.assertEqual(Visit.search_count([]), 6)
        self.env.cr.execute("UPDATE customer_visit SET date = date - interval '49 hours'")
        Visit._gc_visits()
        self.assertFalse(Visit.search_count([]))
