from datetime import timedelta

from odoo import api, fields, models


class ReportStatement(models.AbstractModel):
    """Values of the statement of account: asked with the rights of the user who prints it."""

    _name = 'report.customer_sale.report_statement'
    _description = 'Statement of account'

    @api.model
    def _get_report_values(self, docids, data=None):
        """Return the statements of the customers.

        :param docids: ids of ``res.partner``; contacts stand for their customer
        :param dict data: ``date_from`` and ``date_to`` (default: the last twelve months), ``user_id`` of the end user
            whose rights count if the report is rendered in sudo
        """
        data = data or {}
        partners = self.env['res.partner'].browse(docids)
        if self.env.su and data.get('user_id'):
            partners = partners.with_user(data['user_id'])
        customers = partners.sudo().commercial_partner_id.with_env(partners.env)
        date_to = fields.Date.to_date(data.get('date_to')) or fields.Date.context_today(self)
        date_from = fields.Date.to_date(data.get('date_from')) or date_to - timedelta(days=365)
        statements = []
        for customer in customers:
            parts = customer._customer_statement(date_from, date_to)
            if not parts:
                parts = [{'company': self.env.company, 'currency': self.env.company.currency_id, 'opening': 0.0,
                          'closing': 0.0, 'lines': []}]
            # sudo: the layout prints company and address, which the rights above cover
            statements += [dict(part, customer=customer.sudo(), date_from=date_from, date_to=date_to) for part in parts]
        return {'doc_ids': docids, 'doc_model': 'res.partner', 'docs': customers.sudo(), 'statements': statements}
