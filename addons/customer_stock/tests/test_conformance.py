from odoo.tests import TransactionCase, tagged

from odoo.addons.customer_services.tests.conformance import ConformanceMixin


@tagged('post_install', '-at_install')
class TestConformance(ConformanceMixin, TransactionCase):
    """Issue 6.5: what the suite asks of every addon, and that shipments carry the predicate."""

    addon = 'customer_stock'
    public_methods = frozenset({'stock.picking.action_customer_delivered'})

    def test_rules(self):
        """Issue 6.5: transfers, moves and their lines have a global rule for all modes; Odoo's portal rule is off."""
        for name in ('stock.picking', 'stock.move', 'stock.move.line'):
            rules = self.env['ir.rule'].search([
                ('model_id.model', '=', name), ('groups', '=', False), ('domain_force', 'ilike', 'customer_accessible')])
            self.assertTrue(rules, name)
            self.assertTrue(all(rule.perm_read and rule.perm_write and rule.perm_create and rule.perm_unlink
                                for rule in rules), name)
        self.assertFalse(self.env.ref('sale_stock.stock_picking_rule_portal').active)
