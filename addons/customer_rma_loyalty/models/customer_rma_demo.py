from odoo import api, models
from odoo.fields import Command


class CustomerRma(models.Model):
    _inherit = 'customer.rma'

    @api.model
    def _customer_demo_credit(self, order_ids, program_ids):
        """Let the company give store credit, and give some for a return (demo data only); without accounts, nothing."""
        order, program = self.env['sale.order'].browse(order_ids), self.env['loyalty.program'].browse(program_ids)
        company = order.company_id
        account = self.env['account.account'].with_company(company).search(
            [('account_type', '=', 'liability_current'), ('company_ids', 'in', company.ids)], limit=1)
        bank = self.env['account.journal'].search([('type', '=', 'bank'), ('company_id', '=', company.id)], limit=1)
        if not account or not bank:
            return
        program.payment_program_discount_product_id.with_company(company).write(
            {'property_account_income_id': account.id, 'taxes_id': [Command.clear()]})
        company.write({'customer_rma_credit_program_id': program.id, 'customer_rma_credit_days': 730})
        self.env.ref('customer_rma.customer_rma_rule_window').credit_allowed = True
        for move in order.picking_ids.move_ids:
            move.write({'quantity': move.product_uom_qty, 'picked': True})
        order.picking_ids.with_context(skip_backorder=True, skip_sms=True).button_validate()
        invoice = order._create_invoices()
        invoice.action_post()
        self.env['account.payment.register'].with_context(
            active_model='account.move', active_ids=invoice.ids).create({'journal_id': bank.id})._create_payments()
        rma = self.create({
            'partner_id': order.partner_id.id, 'company_id': company.id, 'description': 'We will order another one.',
            'method_id': self.env.ref('customer_rma.customer_rma_method_parcel').id,
            'line_ids': [Command.create({
                'move_id': self._returnable_moves(order)[:1].id, 'quantity': 1, 'resolution': 'credit',
                'reason_id': self.env.ref('customer_rma.customer_rma_reason_not_wanted').id})]})
        rma._decide()
        rma._run_demo_jobs()
        rma.action_receive()
        rma._run_demo_jobs()

    def _run_demo_jobs(self):
        """Do the jobs of a return of the demo data; nobody is written to."""
        while jobs := self.job_ids.filtered(lambda job: job.state == 'todo' and not job.tries):
            for job in jobs:
                if job.kind == 'mail':
                    job.state = 'done'
                else:
                    job._run()
