"""A program for store credit whose balances are a liability, and a rule that offers it."""
from odoo.fields import Command


class CreditFixture:
    """Mix in before a common class of ``customer_rma``."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env['loyalty.program'].search([]).active = False
        cls.liability = cls.env['account.account'].create({
            'name': 'Gift cards', 'code': '239900', 'account_type': 'liability_current'})
        cls.program = cls._create_program(cls.company)
        cls.company.write({'customer_rma_credit_program_id': cls.program.id, 'customer_rma_credit_days': 365})
        cls.rule.credit_allowed = True

    @classmethod
    def _create_program(cls, company, currency=None):
        program = cls.env['loyalty.program'].create({
            'name': 'Store credit', 'program_type': 'gift_card', 'applies_on': 'future', 'trigger': 'auto',
            'company_id': company.id, 'currency_id': (currency or company.currency_id).id,
            'reward_ids': [Command.create({
                'reward_type': 'discount', 'discount_mode': 'per_point', 'discount': 1, 'discount_applicability': 'order',
                'required_points': 1, 'description': 'Store credit'})]})
        program.payment_program_discount_product_id.with_company(company).write({
            'property_account_income_id': cls.liability.id, 'taxes_id': [Command.clear()]})
        return program

    def _credited(self, user, order, quantity, **line):
        """Return a return whose invoice was paid and for which store credit was given."""
        for invoice in order.invoice_ids:
            self._pay(invoice)
        rma = self._requested(user, order, quantity, resolution='credit', **line)
        self._receive(rma)
        self.assertEqual(set(rma.job_ids.mapped('state')), {'done'}, rma.job_ids.mapped('error'))
        return rma

    def _owed(self):
        """Return what the books say is on gift cards."""
        self.env.flush_all()
        return -sum(self.env['account.move.line'].search(
            [('account_id', '=', self.liability.id), ('parent_state', '=', 'posted')]).mapped('balance'))
