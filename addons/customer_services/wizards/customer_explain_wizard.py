from odoo import api, fields, models


class CustomerExplainWizard(models.TransientModel):
    """Who can see this, and why: for one document or customer, and one user or everybody."""

    _name = 'customer.explain.wizard'
    _description = 'Who can see this, and why'

    record = fields.Reference(selection='_selection_record', string='Document or customer', required=True)
    user_id = fields.Many2one(
        'res.users', context={'active_test': False},
        help='Leave it empty to see all users with a right on it.')
    line_ids = fields.One2many(
        'customer.explain.wizard.line', 'wizard_id', string='Reasons', compute='_compute_line_ids')
    verdict = fields.Selection(
        [('open', 'Can see it'), ('closed', 'Cannot see it')], compute='_compute_line_ids')

    @api.model
    def _selection_record(self):
        names = ('res.partner', *self.env['customer.transaction.mixin']._customer_document_models())
        return [(name, self.env['ir.model']._get(name).name) for name in names]

    @api.depends('record', 'user_id')
    def _compute_line_ids(self):
        for wizard in self:
            wizard.line_ids, wizard.verdict = False, False
            if not wizard.record or not wizard.record.exists():
                continue
            # the manager explains only what he may see himself
            wizard.record.check_access('read')
            lines, users = [], wizard.user_id or wizard._concerned_users()
            for user in users:
                reasons = self.env['customer.explanation']._explain(wizard.record, user)
                if wizard.user_id:
                    wizard.verdict = 'open' if all(opens for opens, _text in reasons) else 'closed'
                    lines += [{'user_id': user.id, 'opens': opens, 'reason': text} for opens, text in reasons]
                else:
                    lines.append({
                        'user_id': user.id, 'opens': all(opens for opens, _text in reasons),
                        'reason': ' '.join(text for opens, text in reasons[1:] or reasons)})
            wizard.line_ids = [fields.Command.create(line) for line in lines]

    def _concerned_users(self):
        """Return all users who have, or had, a right on the customer or the document."""
        self.ensure_one()
        # sudo: archived logins and rights of all; shown to managers only
        record = self.record.sudo().with_context(active_test=False)
        customer = record.commercial_partner_id
        authorisations = self.env['customer.authorisation'].sudo().search([('customer_id', 'in', customer.ids)])
        if record._name != 'res.partner':
            authorisations = authorisations.filtered(
                lambda row: row.kind != 'processor' or (row.res_model, row.res_id) == (record._name, record.id))
        return authorisations.with_context(active_test=False).user_id.with_env(self.env)


class CustomerExplainWizardLine(models.TransientModel):
    """One reason."""

    _name = 'customer.explain.wizard.line'
    _description = 'Reason'

    wizard_id = fields.Many2one('customer.explain.wizard', required=True, ondelete='cascade')
    user_id = fields.Many2one('res.users')
    opens = fields.Boolean(string='Open')
    reason = fields.Char()
