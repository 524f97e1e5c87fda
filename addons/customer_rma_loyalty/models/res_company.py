from odoo import api, fields, models
from odoo.exceptions import ValidationError


class ResCompany(models.Model):
    _inherit = 'res.company'

    customer_rma_credit_program_id = fields.Many2one(
        'loyalty.program', string='Program for store credit', domain=[('program_type', '=', 'gift_card')],
        help='Gift cards of this program are what customers get for a return instead of money. Empty: no store credit.')
    customer_rma_credit_days = fields.Integer(
        string='Days of validity', help='For how long store credit can be spent. 0: without end.')

    _customer_rma_credit_days_positive = models.Constraint(
        'CHECK(customer_rma_credit_days >= 0)', 'The days of validity cannot be negative.')

    @api.constrains('customer_rma_credit_program_id')
    def _check_customer_rma_credit_program(self):
        for company in self.sudo():
            if company.customer_rma_credit_program_id:
                company.customer_rma_credit_program_id._check_store_credit(company)


class ResConfigSettings(models.TransientModel):
    _inherit = 'res.config.settings'

    customer_rma_credit_program_id = fields.Many2one(
        related='company_id.customer_rma_credit_program_id', readonly=False)
    customer_rma_credit_days = fields.Integer(related='company_id.customer_rma_credit_days', readonly=False)


class LoyaltyProgram(models.Model):
    _inherit = 'loyalty.program'

    def _check_store_credit(self, company):
        """Refuse a program with which what is owed to a customer would not be in the books as owed, to the cent.

        Odoo books what is spent of a gift card to the account of the program's product. What is given is booked to the
        same one, so it has to be a liability; taxes on the product would book a part elsewhere.

        :param company: ``res.company`` that gives store credit
        :return: the account
        :raises ValidationError: with what is wrong and how to mend it
        """
        self.ensure_one()
        program = self.with_company(company)
        reward, product = program.reward_ids[:1], program.payment_program_discount_product_id
        if program.program_type != 'gift_card' or (program.company_id and program.company_id != company):
            raise ValidationError(self.env._('Store credit needs a program for gift cards of this company.'))
        if len(program.reward_ids) != 1 or (reward.discount_mode, reward.discount, reward.discount_applicability) != (
                'per_point', 1, 'order'):
            raise ValidationError(self.env._(
                '%s: a point has to be worth 1 in the currency of the program, for whole orders.', program.name))
        if product.taxes_id._filter_taxes_by_company(company):
            raise ValidationError(self.env._(
                'The product “%s” has taxes. Please remove them: a gift card is a means of payment, the goods that are '
                'bought with it are taxed.', product.display_name))
        account = product._get_product_accounts()['income']
        if account.internal_group != 'liability' or account.account_type == 'liability_payable':
            raise ValidationError(self.env._(
                'What is on gift cards is owed to customers: please choose a liability as income account of the product “%s”.',
                product.display_name))
        return account
