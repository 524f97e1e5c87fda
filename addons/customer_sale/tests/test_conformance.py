from odoo.tests import TransactionCase, tagged

from odoo.addons.customer_services.tests.conformance import ConformanceMixin


@tagged('post_install', '-at_install')
class TestConformance(ConformanceMixin, TransactionCase):
    """Issue 6.5: what the suite asks of every addon, and that Odoo's models carry the predicate."""

    addon = 'customer_sale'
    public_methods = frozenset({
        'sale.order.action_confirm', 'sale.order.action_customer_send', 'sale.order.action_draft'})
    # who holds the share link of an offer answers it, as in Odoo
    public_routes = frozenset({'/my/quotes/<int:order_id>/accept', '/my/quotes/<int:order_id>/reject'})

    def test_odoo_models_have_the_rule(self):
        """Issue 6.5: each model of Odoo's that holds a customer's business has a global rule for all modes."""
        predicates = {
            'sale.order': 'customer_accessible', 'sale.order.line': 'order_id.customer_accessible',
            'sale.report': 'customer_accessible', 'account.move': 'customer_accessible',
            'account.move.line': 'move_id.customer_accessible',
            'account.partial.reconcile': 'debit_move_id.move_id.customer_accessible',
            'account.invoice.report': 'move_id.customer_accessible', 'account.payment': 'customer_accessible',
            'account.analytic.line': 'partner_id.customer_accessible', 'payment.transaction': 'customer_accessible',
            'payment.token': 'customer_accessible',
        }
        for name, predicate in predicates.items():
            rules = self.env['ir.rule'].search([
                ('model_id.model', '=', name), ('groups', '=', False), ('domain_force', 'ilike', predicate)])
            self.assertTrue(rules, name)
            self.assertTrue(all(rule.perm_read and rule.perm_write and rule.perm_create and rule.perm_unlink
                                for rule in rules), name)

    def test_odoo_portal_rules_are_off(self):
        """Issue 6.5: no rule for portal users by the hierarchy of contacts is left on these models."""
        rules = self.env['ir.rule'].search([
            ('model_id.model', 'in', ('sale.order', 'sale.order.line', 'account.move', 'account.move.line')),
            ('groups', 'in', self.env.ref('base.group_portal').ids)])
        self.assertTrue(rules)
        for rule in rules:
            self.assertIn('customer_accessible', rule.domain_force, rule.name)

    def test_owner_is_indexed(self):
        """Issue 6.5: the owner is stored and has an index, also on Odoo's own tables."""
        for name in ('sale.order', 'account.move', 'account.payment', 'payment.transaction'):
            model = self.env[name]
            self.assertTrue(model._fields['commercial_partner_id'].store)
            self.env.cr.execute(
                'SELECT 1 FROM pg_indexes WHERE tablename = %s AND indexdef ~ %s', [
                    model._table, r'\(commercial_partner_id'])
            self.assertTrue(self.env.cr.fetchall(), name)
