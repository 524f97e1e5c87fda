"""Labels with which customers send parcels back: uploaded in advance, or made by a carrier."""
import base64

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from odoo.addons.customer_services.const import GROUP_SPECIALIST

from ..const import LABEL_KEY, LABEL_SOURCES


class CustomerRmaLabel(models.Model):
    """A prepaid label, for one return once it is assigned."""

    _name = 'customer.rma.label'
    _description = 'Return label'
    _order = 'id'

    name = fields.Char(string='File', required=True)
    method_id = fields.Many2one('customer.rma.method', string='Way', required=True, index=True, ondelete='cascade')
    company_id = fields.Many2one(related='method_id.company_id', store=True)
    content = fields.Binary(attachment=True, required=True)
    tracking_ref = fields.Char(string='Parcel number')
    rma_id = fields.Many2one(
        'customer.rma', string='Return', readonly=True, copy=False, index='btree_not_null', ondelete='restrict')

    _free_idx = models.Index('(method_id, id) WHERE rma_id IS NULL')

    @api.model_create_multi
    def create(self, vals_list):
        """Add labels; which return gets one is the system's to say."""
        if not self.env.su:
            self._check_free(vals_list)
        return super().create(vals_list)

    def write(self, vals):
        """Change labels that no return has yet."""
        if not self.env.su:
            self._check_free([vals])
            if self.sudo().rma_id:
                raise UserError(self.env._('A label that was assigned stays as it is.'))
        return super().write(vals)

    @api.model
    def _check_free(self, vals_list):
        if any(vals.get('rma_id') for vals in vals_list):
            raise UserError(self.env._('Labels are assigned when a return is approved.'))


class CustomerRmaMethod(models.Model):
    _inherit = 'customer.rma.method'

    label_source = fields.Selection(
        LABEL_SOURCES, string='Label from', required=True, default='none',
        help='Uploaded labels are given to one return each; a carrier is asked for a label of its own.')
    carrier_id = fields.Many2one('delivery.carrier', string='Carrier', check_company=True, ondelete='restrict')
    label_ids = fields.One2many('customer.rma.label', 'method_id', string='Labels')
    label_count = fields.Integer(string='Labels left', compute='_compute_label_count', compute_sudo=True)

    def _compute_label_count(self):
        counts = dict(self.env['customer.rma.label']._read_group(
            [('method_id', 'in', self.ids), ('rma_id', '=', False)], ['method_id'], ['__count']))
        for method in self:
            method.label_count = counts.get(method, 0)


class CustomerRma(models.Model):
    _inherit = 'customer.rma'

    label_ids = fields.One2many('customer.rma.label', 'rma_id', string='Labels', copy=False, groups=GROUP_SPECIALIST)

    def _get_label(self):
        """Give the return its label, once.

        :raises UserError: if there is none left: the job is tried again, and staff are told
        """
        self.ensure_one()
        if self.state not in ('approved', 'transit') or self.label_ids:
            return
        if self.method_id.label_source == 'pool':
            self._take_label()
        elif self.method_id.label_source == 'carrier':
            self._ask_carrier()
        self.tracking_ref = self.tracking_ref or self.label_ids[:1].tracking_ref

    def _take_label(self):
        """Take the first free label of the way; two returns at the same time never get the same one."""
        rows = self.env.execute_query(SQL(
            'SELECT id FROM customer_rma_label WHERE method_id = %s AND rma_id IS NULL'
            ' ORDER BY id LIMIT 1 FOR NO KEY UPDATE SKIP LOCKED', self.method_id.id))
        if not rows:
            raise UserError(self.env._('No label is left for %s.', self.method_id.name))
        self.env['customer.rma.label'].browse(rows[0]).rma_id = self

    def _ask_carrier(self):
        """Keep the labels that the carrier made for the expected transfers.

        The carrier gets a key with the question, the same one if a worker died after it asked and another one asks again: who
        knows the key already gives the same label.
        """
        Label = self.env['customer.rma.label']
        for picking in self._expected_pickings():
            asking = picking.with_context(**{LABEL_KEY: f'{self.number}-{picking.id}'})
            for name, content, tracking in self._carrier_labels(asking):
                Label.create({
                    'name': name, 'content': base64.b64encode(content), 'method_id': self.method_id.id,
                    'tracking_ref': tracking, 'rma_id': self.id})
        if not self.label_ids:
            raise UserError(self.env._('%s gave no label.', self.method_id.carrier_id.name))

    def _carrier_labels(self, picking):
        """Ask the carrier for labels of one transfer: the hook for carriers.

        The carriers of Odoo leave their labels as files on the transfer; a label that is there already is taken.

        :param picking: the expected ``stock.picking``, with the key of the question in the context (``LABEL_KEY``)
        :return: list of ``(file name, bytes, number of the parcel or False)``
        """
        carrier = self.method_id.carrier_id
        picking.carrier_id = carrier
        if not carrier.can_generate_return:
            return []
        if not picking.return_label_ids:
            carrier.with_context(picking.env.context).get_return_label(
                picking, tracking_number=picking.carrier_tracking_ref, origin_date=picking.scheduled_date)
            picking.invalidate_recordset(['return_label_ids'])
        return [(file.name, file.raw, picking.carrier_tracking_ref) for file in picking.return_label_ids]
