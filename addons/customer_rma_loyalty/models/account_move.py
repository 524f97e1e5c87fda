from odoo import api, fields, models


class AccountMove(models.Model):
    _inherit = 'account.move'

    customer_rma_note_id = fields.Many2one(
        'account.move', string='Store credit for', index='btree_not_null', ondelete='set null', copy=False, readonly=True,
        help='The credit note that this entry settles by store credit.')

    def _is_store_credit(self):
        """Tell whether a credit note of a return is paid back by store credit: all its goods are."""
        self.ensure_one()
        return set(self.invoice_line_ids.customer_rma_line_id.mapped('resolution')) == {'credit'}

    def _amount_in_program(self, currency, owed):
        """Return what open lines of a credit note are worth in the currency of a program.

        As the credit note values it, where that is in one of its two currencies; else at the rates of its day.

        :param currency: ``res.currency`` of the program
        :param owed: open receivable lines of the credit note
        """
        self.ensure_one()
        if currency == self.currency_id:
            return -sum(owed.mapped('amount_residual_currency'))
        return self.company_id.currency_id._convert(
            -sum(owed.mapped('amount_residual')), currency, self.company_id, self.date)


class ResPartner(models.Model):
    _inherit = 'res.partner'

    @api.model
    def _statement_kind(self, move):
        """Name store credit in the statement of account."""
        return self.env._('Store credit') if move.customer_rma_note_id else super()._statement_kind(move)
