from odoo import models


class AccountPaymentRegister(models.TransientModel):
    _inherit = 'account.payment.register'

    def _init_payments(self, to_process, edit_mode=False):
        """Let a processor of an invoice register its payment: the right on the payment derives from the invoice.

        Odoo links the two only after the payment was created.
        """
        if self.env.su or self.env['account.payment']._customer_restriction() != 'specialist':
            return super()._init_payments(to_process, edit_mode)
        Payment = self.env['account.payment']
        Payment.check_access('create')
        for vals in to_process:
            vals['to_reconcile'].move_id.check_access('write')
        # sudo: what is paid was checked with the user's rights; the payment becomes readable by its invoices
        super(AccountPaymentRegister, self.sudo())._init_payments(to_process, edit_mode)
        for vals in to_process:
            vals['payment'].invoice_ids |= vals['to_reconcile'].move_id.sudo()
            vals['payment'] = vals['payment'].sudo(False)
        return Payment.concat(*(vals['payment'] for vals in to_process))
