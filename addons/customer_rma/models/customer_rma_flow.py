"""How a return goes on: decisions, expected goods, receipts, grades, the end."""
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import format_date

from odoo.addons.customer_services.portal_list import clean_text

from ..const import ARRIVING_STATES, MAX_TRACKING, RUNNING_STATES, SETTLED, TRIGGER_ORDER


class CustomerRma(models.Model):
    _inherit = 'customer.rma'

    # ------------------------------------------------------------------
    # Decision
    # ------------------------------------------------------------------

    def _decide(self):
        """Approve what the rules approve; everything else waits for staff. The customer is told."""
        self.ensure_one()
        if self.state != 'requested':
            return
        self._add_job('mail', 'requested', event='requested')
        if self.line_ids and all(line.decision == 'approve' for line in self.line_ids):
            self._approve()
        else:
            self._move_to('review')

    def _approve(self):
        """Approve what was requested, and let the jobs expect goods and money."""
        for rma in self:
            triggers = [line.rule_id.refund_trigger or 'receipt' for line in rma.line_ids if not line.is_kept]
            rma.refund_trigger = max(triggers or ['approval'], key=TRIGGER_ORDER.index)
            days = rma.company_id.customer_rma_days
            has_parcel = any(not line.is_kept for line in rma.line_ids)
            if days and has_parcel:
                rma.expiry_date = fields.Date.context_today(rma) + timedelta(days=days)
            if not rma._move_to('approved'):
                continue
            for line in rma.line_ids:
                line.quantity_approved = line.quantity
            if has_parcel:
                rma._add_job('return')
                if rma.method_id.label_source in ('pool', 'carrier'):
                    rma._add_job('label')
            rma._add_job('mail', 'approved', event='approved')
            rma._add_job('refund', 'approval')

    def action_approve(self):
        """Approve returns under review (staff); where money flows before goods, or less than the price was paid, only refund
        approvers do.

        :raises AccessError: without the right
        :raises UserError: if there is nothing to approve
        """
        self._check_staff()
        for rma in self:
            lines = rma.sudo().line_ids  # rules and deliveries are the system's
            if not lines:
                raise UserError(self.env._('There is nothing to return.'))
            refused = lines.filtered(lambda line: line.decision == 'refuse')
            is_early = any(
                line.is_kept or line.paid_percent < 100 or line.rule_id.refund_trigger == 'approval' for line in lines)
            if refused or is_early:
                rma._check_approver()
            rma_sudo = rma.sudo()  # the right was checked; the gate and the jobs are the system's
            if refused:
                rma_sudo.message_post(
                    body=self.env._('%(user)s approved although a rule refuses: %(products)s',
                                    user=self.env.user.name,
                                    products=', '.join(refused.product_id.mapped('display_name'))),
                    author_id=self.env.user.partner_id.id, subtype_xmlid='mail.mt_note')
            rma_sudo._approve()
        return True

    def action_submit(self):
        """Send what staff entered for a customer the way of every request: rules, mails, jobs."""
        self._check_staff()
        for rma in self.sudo():
            if rma.state == 'requested' and rma.line_ids:
                rma.line_ids._apply_policy()
                rma._add_job('decide')
        return True

    def action_reject(self):
        """Open the form for the message of a rejection."""
        self.ensure_one()
        return {
            'type': 'ir.actions.act_window', 'name': self.env._('Reject'), 'res_model': 'customer.rma.reject',
            'view_mode': 'form', 'target': 'new', 'context': {'default_rma_id': self.id}}

    def reject(self, message):
        """Reject a return with a message for the customer (staff).

        :param str message: why
        :raises UserError: without a message, or if it was decided already
        """
        self._check_staff()
        message = clean_text(message).strip()
        if not message:
            raise UserError(self.env._('Please tell the customer why.'))
        for rma in self.sudo():
            if rma._move_to('rejected'):
                rma.reject_message = message
                rma._add_job('mail', 'rejected', event='rejected')
        return True

    def _check_staff(self):
        """Refuse whoever may not work on these returns.

        :raises AccessError: without write access
        """
        if not self.env.su:
            self.check_access('write')

    # ------------------------------------------------------------------
    # What customers do with a return
    # ------------------------------------------------------------------

    def _check_customer_acts(self):
        """Refuse whoever may neither act for the customer nor, as staff, change the return.

        :raises AccessError: to anybody else
        """
        self.check_access('read' if self._customer_restriction() == 'portal' else 'write')

    def _cancel_by_customer(self):
        """Cancel the return for the customer who may see it.

        :raises UserError: if it is too late
        """
        self.ensure_one()
        self._check_customer_acts()
        self.sudo()._cancel()  # sudo: customers have read access only; the gate says whether it is possible

    def _set_tracking_by_customer(self, number):
        """Keep the number of the parcel that the customer sent.

        :param str number: as typed
        :raises UserError: for none, or if nothing is expected
        """
        self.ensure_one()
        self._check_customer_acts()
        number = ' '.join((number or '').split())
        if not number:
            raise UserError(self.env._('Please enter the number of the parcel.'))
        if len(number) > MAX_TRACKING:
            raise UserError(self.env._('The text is too long: at most %s characters.', MAX_TRACKING))
        rma_sudo = self.sudo()  # customers have read access only; one field is written
        if rma_sudo.state not in ('approved', 'transit'):
            raise UserError(self.env._('No parcel is expected for this return.'))
        rma_sudo.tracking_ref = number

    # ------------------------------------------------------------------
    # Cancelling and expiry
    # ------------------------------------------------------------------

    def _cancel(self):
        """Cancel returns whose goods did not come; expected transfers are cancelled with them."""
        for rma in self:
            if rma.line_ids.filtered(lambda line: line.quantity_received or line.quantity_refunded):
                raise UserError(self.env._('Goods or money are back already: this return cannot be cancelled.'))
            if rma._has_running_refund():
                raise UserError(self.env._('The refund is on its way: this return cannot be cancelled.'))
            if rma._move_to('cancelled'):
                rma._cancel_expected()
                rma._add_job('mail', 'cancelled', event='cancelled')

    def action_cancel(self):
        """Cancel returns (staff)."""
        self._check_staff()
        self.sudo()._cancel()
        return True

    def _cancel_expected(self):
        """Cancel the transfers that did not happen, and the jobs that would go on."""
        self.picking_ids.filtered(lambda picking: picking.state not in ('done', 'cancel')).action_cancel()
        self.job_ids.filtered(lambda job: job.state == 'todo' and job.kind in ('return', 'label', 'refund')).state = 'done'

    @api.model
    def _cron_expire(self):
        """Let approved returns expire whose goods did not come in time."""
        today = fields.Date.context_today(self)
        late = self.search(
            Domain('state', '=', 'approved') & Domain('expiry_date', '<', today), order='expiry_date, id', limit=500)
        for rma in late:
            if rma.line_ids.filtered(lambda line: line.quantity_refunded) or rma._has_running_refund():
                env = rma._for_staff().env
                rma._tell_staff(
                    env._('The money went back, but the goods did not come until %s.', format_date(env, rma.expiry_date)),
                    env._('Goods did not come'))
                rma.expiry_date = False
            elif rma._move_to('expired'):
                rma._cancel_expected()
                rma._add_job('mail', 'expired', event='expired')

    # ------------------------------------------------------------------
    # Goods
    # ------------------------------------------------------------------

    def _expect_goods(self):
        """Create one return transfer for each delivery of which something comes back; a second call creates nothing."""
        self.ensure_one()
        if self.state not in ('approved', 'transit'):
            return
        waiting = self.line_ids.filtered(
            lambda line: not line.is_kept and not line.stock_move_ids and line.quantity_approved > 0)
        transfers, taken = [], {}
        for line in waiting:
            for move, quantity in line._parts_to_return(taken):
                # two sets may come back of one delivered move: those are two transfers
                parts = next((
                    parts for picking, parts in transfers if picking == move.picking_id and move not in parts), None)
                if parts is None:
                    parts = {}
                    transfers.append((move.picking_id, parts))
                parts[move] = (line, quantity)
                taken[move] = taken.get(move, 0.0) + quantity
        for picking, parts in transfers:
            self._expect_transfer(picking, parts)

    def _expect_transfer(self, picking, parts):
        """Create the return transfer of one delivery, as Odoo does.

        :param dict parts: delivered move -> (line, quantity in the unit of its product)
        """
        wizard = self.env['stock.return.picking'].with_context(
            active_id=picking.id, active_ids=picking.ids, active_model='stock.picking',
            default_to_refund=True).with_company(self.company_id).create({'picking_id': picking.id})
        for row in wizard.product_return_moves:
            _line, quantity = parts.get(row.move_id, (None, 0.0))
            row.quantity = row.move_id.product_id.uom_id._compute_quantity(quantity, row.uom_id)
        expected = wizard._create_return()
        expected.write({'customer_rma_id': self.id, 'origin': self.number})
        for move in expected.move_ids:
            line, _quantity = parts.get(move.origin_returned_move_id, (None, 0.0))
            move.write({'customer_rma_line_id': line.id if line else False, 'customer_rma_replacement_id': False})
            if line:
                line._expect_lots(move)

    def _return_address(self):
        """Return the partner with the address to which the goods are sent, in sudo."""
        self.ensure_one()
        rma_sudo = self.sudo()  # an address that is printed for the customer
        warehouse = rma_sudo.line_ids.origin_picking_id.picking_type_id.warehouse_id[:1]
        return warehouse.partner_id or rma_sudo.company_id.partner_id

    def _take_receipt(self):
        """Follow what the warehouse did with the expected transfers, and pay back what that covers."""
        self.ensure_one()
        if self.state in ('approved', 'transit'):
            received = any(line._came_back() for line in self.line_ids)
            if received and not self._expected_pickings():
                self._move_to('received')
            elif received and self.state == 'approved':
                self._move_to('transit')
        self._add_refund()

    def _add_refund(self):
        """Give what is due now, if anything is, and see whether that is all."""
        if any(line._is_due() for line in self.line_ids):
            self._add_job('refund', f'after-{len(self.job_ids)}')
        else:
            self._add_job('close', f'after-{len(self.job_ids)}')

    def action_in_transit(self):
        """Say that the carrier scanned the parcel (staff, or an integrator); a second call changes nothing."""
        self._check_staff()
        for rma in self.sudo().filtered(lambda rma: rma.state != 'transit'):
            if rma._move_to('transit'):
                rma._add_refund()
        return True

    def action_receive(self):
        """Receive all expected goods (staff with a scanner, or an integrator): as the warehouse's validation does.

        Where goods are received in several steps, each call is one step.

        :raises UserError: if nothing is expected
        """
        self._check_staff()
        for rma in self.sudo():  # sudo: the right on the return was checked, its own transfers are validated
            expected = rma._expected_pickings() or rma._open_pickings()
            if not expected:
                raise UserError(self.env._('Nothing is expected for %s.', rma.number))
            for picking in expected:
                for move in picking.move_ids.filtered(lambda move: move.state not in ('done', 'cancel')):
                    move.quantity = move.product_uom_qty
                    move.picked = True
                picking.with_context(skip_backorder=True, skip_sms=True).button_validate()
        return True

    @api.model
    def receive_scan(self, code):
        """Receive the goods of the return whose slip was scanned (staff, or an integrator).

        :param str code: what the barcode on the slip says, the number of the return; or the number of its parcel
        :return: the number of the return
        :raises UserError: for an unknown code
        """
        code = clean_text(str(code or '')).strip()
        rma = self.search([('number', '=', code)], limit=1)
        if not rma and code:
            rma = self.search([('tracking_ref', '=', code), ('state', 'in', RUNNING_STATES)])
        if len(rma) != 1:
            raise UserError(self.env._('There is no return with this code.'))
        rma.action_receive()
        return rma.number

    def action_inspect(self):
        """Finish the inspection: all received lines have a grade (staff)."""
        self._check_staff()
        for rma in self.sudo():
            if rma.line_ids.filtered(lambda line: line.quantity_received > 0 and not line.grade_id):
                raise UserError(self.env._('Please grade every product that was received.'))
            if rma._move_to('inspected'):
                rma._add_store_job()
                rma._add_refund()
        return True

    # ------------------------------------------------------------------
    # The end
    # ------------------------------------------------------------------

    def _close_if_settled(self):
        """Resolve the return if everything came back and all money went back."""
        self.ensure_one()
        if self.state not in RUNNING_STATES or not self.line_ids:
            return
        if self.refund_trigger == 'inspection' and self.state == 'received':
            return
        notes = self.credit_note_ids.filtered(lambda note: note.state != 'cancel')
        is_paid = all(
            note.state == 'posted' and note.payment_state in SETTLED for note in notes)
        is_settled = is_paid and not self._has_running_refund() and not self._open_exchanges() and all(
            line._is_settled() for line in self.line_ids)
        if is_settled and self._move_to('resolved'):
            self._add_job('mail', 'resolved', event='resolved')

    @api.model
    def _cron_close(self):
        """Look after returns whose money was paid back by hand, and whose difference in price was paid.

        Whatever else ends a return plans a job itself: of those whose goods did not come yet, most of all, only these are
        looked at.
        """
        held = self.env['sale.order'].search(Domain('customer_rma_hold', '=', True) & Domain('state', '=', 'sale'))
        for rma in held.customer_rma_id.filtered(lambda rma: rma.state in RUNNING_STATES):
            rma._release_exchanges()
        # two searches, since one with an "or" would read all returns that ever were
        settled = Domain('state', '=', 'posted') & Domain('payment_state', 'in', SETTLED)
        due = self.search(Domain('state', 'in', ARRIVING_STATES)) | self.search(
            Domain('state', '=', 'approved') & Domain('credit_note_ids', 'any', settled))
        for rma in due:
            rma._close_if_settled()
