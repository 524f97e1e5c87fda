from odoo import api, fields, models
from odoo.exceptions import UserError

from odoo.addons.customer_services.const import GROUP_SPECIALIST


class CustomerRma(models.Model):
    _inherit = 'customer.rma'

    repair_count = fields.Integer(compute='_compute_repair_count', groups=GROUP_SPECIALIST)

    def _compute_repair_count(self):
        # sudo: a number for who may see the return
        counts = dict(self.env['repair.order'].sudo()._read_group(
            [('customer_rma_id', 'in', self.ids)], ['customer_rma_id'], ['__count']))
        counts = {rma.id: count for rma, count in counts.items()}
        for rma in self:
            rma.repair_count = counts.get(rma.id, 0)

    @api.model
    def _choices_of_item(self, move, *args):
        """Sets, of which parts were delivered, are not repaired."""
        choices = super()._choices_of_item(move, *args)
        is_set = move.product_id != move.sale_line_id.product_id
        return [choice for choice in choices if choice[0] != 'repair' or not is_set]

    def _settle_due(self):
        """Repair what the customer wants to have repaired, too."""
        result = super()._settle_due()
        for line in self.line_ids.filtered(lambda line: line.resolution == 'repair'):
            line._create_repairs(line._repair_due())
        return result

    def action_repair(self):
        """Repair what was received and for which nothing was given yet, whatever was asked for (staff).

        :raises UserError: if there is nothing to repair
        """
        self._check_staff()
        for rma in self.sudo():  # sudo: the right on the return was checked; repairs follow from it
            rma._lock_for_refund()
            lines = rma.line_ids.filtered(lambda line: line._can_be_repaired())
            if rma.state not in ('received', 'inspected') or not lines or rma._has_running_refund():
                raise UserError(self.env._(
                    '%s: there is nothing to repair: nothing was received, or something was given for it already.',
                    rma.number))
            for line in lines:
                line.write({'resolution': 'repair', 'exchange_product_id': False})
                line._create_repairs(line.quantity_received)
        return True

    def action_open_repairs(self):
        """Open the repair orders of the return."""
        self.ensure_one()
        return self._open_records('repair.order', self.env._('Repairs'))

    def _timeline_relations(self, lines):
        """Most goods that come back are not repaired."""
        return [*super()._timeline_relations(lines), (lines, 'repair_ids')]

    def _timeline_goods(self):
        """Add how far the repair is, and when the goods left again."""
        steps = super()._timeline_goods()
        for repair in self.line_ids.repair_ids.filtered(lambda repair: repair.state != 'cancel'):
            text = f'{repair.product_qty:.10g} × {repair.product_id.display_name}'
            sent = repair.customer_rma_picking_id
            steps += [{'date': date, 'title': title, 'text': text} for date, title in (
                (repair.create_date.replace(microsecond=0), self.env._('Repair planned')),
                (repair.customer_rma_start_date, self.env._('Repair begun')),
                (repair.customer_rma_done_date, self.env._('Repaired')),
                (sent.date_done if sent.state == 'done' else False, self.env._('Sent back to you')))]
        return steps
