from odoo import fields, models
from odoo.exceptions import UserError


class CustomerRmaScan(models.TransientModel):
    """Receive one return after the other with a scanner, which types the code and presses Enter."""

    _name = 'customer.rma.scan'
    _description = 'Receipt by scan'

    code = fields.Char(help='The barcode on the return slip, or the number of the parcel.')
    result = fields.Text(string='Received', readonly=True)
    error = fields.Char(readonly=True)

    def action_scan(self):
        """Receive the goods of the scanned return, note it, and wait for the next code."""
        self.ensure_one()
        code, error, line = self.code, False, ''
        try:
            with self.env.cr.savepoint():
                number = self.env['customer.rma'].receive_scan(code)
            rma = self.env['customer.rma'].search([('number', '=', number)])
            line = f'{number}: {", ".join(rma.line_ids.product_id.mapped("display_name"))}'
        except UserError as problem:
            error = f'{code or ""}: {problem.args[0]}'
        self.write({'code': False, 'error': error, 'result': '\n'.join(filter(None, [line, self.result]))})
        return {
            'type': 'ir.actions.act_window', 'res_model': self._name, 'res_id': self.id, 'view_mode': 'form',
            'target': 'new', 'name': self.env._('Receive by scan')}
