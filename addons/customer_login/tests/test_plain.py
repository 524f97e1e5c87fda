from odoo.tests import BaseCase, tagged

from odoo.addons.customer_services.network import network_of

from ..network import client_address, is_in, parse_networks
from ..passwords import common_passwords, is_common, is_personal


@tagged('post_install', '-at_install')
class TestPlain(BaseCase):
    """Plain functions: addresses and passwords."""

    def test_client_address(self):
        """Issue 10.11: the client's address behind 0, 1 and 2 proxies; what he sends himself is ignored."""
        forged = '6.6.6.6, '
        self.assertEqual(client_address('192.0.2.1', None, 0), '192.0.2.1')
        self.assertEqual(client_address('192.0.2.1', '6.6.6.6', 0), '192.0.2.1')
        self.assertEqual(client_address('10.0.0.1', '198.51.100.1', 1), '198.51.100.1')
        self.assertEqual(client_address('10.0.0.1', forged + '198.51.100.1', 1), '198.51.100.1')
        self.assertEqual(client_address('10.0.0.1', '198.51.100.1, 10.0.0.2', 2), '198.51.100.1')
        self.assertEqual(client_address('10.0.0.1', forged + '198.51.100.1, 10.0.0.2', 2), '198.51.100.1')
        self.assertEqual(client_address('10.0.0.1', '198.51.100.1:4711, [2001:db8::2]:80', 1), '2001:db8::2')
        self.assertEqual(client_address('10.0.0.1', 'nonsense', 1), '10.0.0.1')
        self.assertEqual(client_address('10.0.0.1', '198.51.100.1', 2), '198.51.100.1')

    def test_network(self):
        """Issue 10.11: an IPv4 address counts alone, of IPv6 the /64, of which anybody has one."""
        self.assertEqual(network_of('198.51.100.1'), '198.51.100.1')
        self.assertEqual(network_of('::ffff:198.51.100.1'), '198.51.100.1')
        self.assertEqual(network_of('2001:db8:1:2:3:4:5:6'), '2001:db8:1:2::/64')
        self.assertEqual(network_of('2001:db8:1:2::1'), network_of('2001:db8:1:2:ffff::'))
        self.assertNotEqual(network_of('2001:db8:1:2::1'), network_of('2001:db8:1:3::1'))
        self.assertEqual(network_of('nonsense'), 'unknown')
        networks = parse_networks('192.0.2.0/24, 2001:db8::/32 ')
        self.assertTrue(is_in('192.0.2.7', networks) and is_in('2001:db8::1', networks))
        self.assertFalse(is_in('192.0.3.7', networks) or is_in('unknown', networks))
        with self.assertRaises(ValueError):
            parse_networks('the office')

    def test_common_passwords(self):
        """Issue 10.12: more than the 3,000 most common passwords that are long enough are refused, offline."""
        self.assertGreater(len(common_passwords()), 30000)
        words = sorted(word for word in common_passwords() if word.isalpha())[:2000]
        long_enough = [f'{word}{digits}' for word in words for digits in ('123456', '2026!!')]
        self.assertTrue(all(map(is_common, [*long_enough, 'password123', 'Qwertyuiop', '1234567890', 'Password2026!'])))
        self.assertTrue(is_common('aaaaaaaaaaaa') and is_common('20261125112233'))
        self.assertFalse(is_common('three green walking sticks') or is_common('vK8-tRq2#mLp'))

    def test_personal_passwords(self):
        """Issue 10.12: a password made of the own name is refused."""
        self.assertTrue(is_personal('Anna.Keller1999', ['anna', 'Anna Keller', None, False]))
        self.assertFalse(is_personal('anna eats green pears', ['anna', 'Anna Keller']))
        self.assertFalse(is_personal('1234', ['1234']))
