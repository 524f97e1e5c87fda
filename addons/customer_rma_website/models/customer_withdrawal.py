import re

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain
from odoo.tools import email_normalize, format_datetime

from odoo.addons.customer_rma.models.customer_rma_job import AUTOMATIC_HEADERS

from ..const import LINK_DAYS, TYPED

#: what makes a mail of ours an advertisement of somebody else
WEB_ADDRESS = re.compile(r'://|\bwww\.', re.IGNORECASE)


class CustomerWithdrawal(models.Model):
    """A consumer's statement on the website that he withdraws from a contract (Directive 2011/83/EU, Article 11a).

    It counts from the moment at which it was sent, whoever sent it; nothing proves who that was. The link in the
    acknowledgement proves the mailbox. If that is the one of the order, the return is made without us.
    """

    _name = 'customer.withdrawal'
    _description = 'Withdrawal from a contract'
    _inherit = ['mail.thread', 'mail.activity.mixin']
    _order = 'id desc'
    _rec_name = 'order_ref'

    person = fields.Char(string='Name', required=True, readonly=True)
    email = fields.Char(string='E-mail', required=True, readonly=True, index=True)
    order_ref = fields.Char(string='Order as typed', required=True, readonly=True)
    goods = fields.Text(string='What he withdraws from', readonly=True, help='Empty: the whole contract.')
    date = fields.Datetime(string='Sent on', required=True, readonly=True, default=fields.Datetime.now)
    tz = fields.Char(string='Time zone', required=True, readonly=True, default='UTC')
    lang = fields.Char(string='Language', readonly=True)
    when = fields.Char(string='Sent at', compute='_compute_when', help='In the time zone of the consumer.')
    company_id = fields.Many2one('res.company', string='Company', required=True, readonly=True, index=True)
    order_id = fields.Many2one('sale.order', string='Order', readonly=True, index='btree_not_null', ondelete='set null')
    is_address_known = fields.Boolean(
        string='Address of the order', readonly=True, help='The typed address is one of the order with this number.')
    proven_date = fields.Datetime(
        string='Mailbox proven on', readonly=True, help='When the link in the acknowledgement was used.')
    rma_id = fields.Many2one('customer.rma', string='Return', readonly=True, index='btree_not_null', ondelete='set null')
    state = fields.Selection(
        [('received', 'Received'), ('proven', 'Mailbox proven'), ('done', 'Done')], required=True, readonly=True,
        default='received', tracking=True)

    @api.depends('date', 'tz')
    @api.depends_context('lang')
    def _compute_when(self):
        for withdrawal in self:
            moment = format_datetime(self.env, withdrawal.date, tz=withdrawal.tz, dt_format='d MMMM y HH:mm:ss')
            withdrawal.when = f'{moment} ({withdrawal.tz})'

    def write(self, vals):
        """Refuse to change what a consumer stated and what followed; it is evidence.

        :raises AccessError: for any field of the statement
        """
        if not self.env.su:
            stated = sorted(
                name for name in vals if name in self._fields and self._fields[name]._module == 'customer_rma_website')
            if stated:
                raise AccessError(self.env._('These fields cannot be set: %s', ', '.join(stated)))
        return super().write(vals)

    # ------------------------------------------------------------------
    # The statement
    # ------------------------------------------------------------------

    @api.model
    def _statement_errors(self, values):
        """Check what a consumer entered.

        :param dict values: texts, by the names in ``TYPED``
        :return: dict from the name of a field to what is wrong with it
        """
        errors = {}
        for name, text in values.items():
            if len(text) > TYPED[name]:
                errors[name] = self.env._('The text is too long: at most %s characters.', TYPED[name])
            elif WEB_ADDRESS.search(text) and name != 'email':
                errors[name] = self.env._('Please leave web addresses out.')
        if not values.get('person'):
            errors['person'] = self.env._('Please enter your name.')
        if not values.get('order_ref'):
            errors['order_ref'] = self.env._('Please enter the number of your order.')
        if not email_normalize(values.get('email')):
            errors['email'] = self.env._('Please enter your e-mail address, such as name@example.com.')
        return errors

    @api.model
    def _create_from_visitor(self, values, company, zone):
        """Keep a statement and acknowledge it by mail: in the same way whether there is such an order or not.

        :param dict values: checked by :meth:`_statement_errors`
        :param company: ``res.company`` whom the website belongs to
        :param str zone: the time zone in which the consumer reads times
        :return: the statement in sudo
        """
        email = email_normalize(values['email'])
        # sudo: visitors have no right on orders and statements; values were picked and checked
        model_sudo = self.sudo().with_company(company)
        order_sudo = model_sudo._find_order(values['order_ref'], company)
        withdrawal = model_sudo.create({
            **{name: values.get(name) or False for name in TYPED}, 'email': email, 'company_id': company.id, 'tz': zone,
            'lang': self.env.lang, 'order_id': order_sudo.id,
            'is_address_known': bool(model_sudo._contact_of(order_sudo, email))})
        withdrawal._acknowledge()
        # sudo: whose task it is, and in which language; visitors know nobody
        user_sudo = (company.customer_rma_user_id or self.env.ref('base.user_admin')).sudo()
        withdrawal.activity_schedule(
            'mail.mail_activity_data_todo', user_id=user_sudo.id,
            summary=withdrawal.with_context(lang=user_sudo.lang).env._('Withdrawal from a contract'))
        return withdrawal

    @api.model
    def _find_order(self, order_ref, company):
        """Return the confirmed order with a typed number, or none."""
        number = order_ref.strip().lstrip('#').strip()
        return self.env['sale.order'].search(
            Domain('name', 'in', [number, number.upper()]) & Domain('company_id', '=', company.id)
            & Domain('state', '=', 'sale'), limit=1)

    @api.model
    def _contact_of(self, order, email):
        """Return the contact of an order to whom an address belongs, the one who ordered first, or none."""
        contacts = order.partner_id | order.partner_invoice_id | order.partner_shipping_id | order.commercial_partner_id
        return contacts.filtered(lambda partner: partner.email_normalized == email)[:1]

    # ------------------------------------------------------------------
    # Mail
    # ------------------------------------------------------------------

    def _acknowledge(self):
        """Mail what was stated, and when, to the typed address, with the link that proves the mailbox."""
        self.ensure_one()
        self._send('received', withdrawal_url=f'{self.get_base_url()}{self._new_link()}', withdrawal_days=LINK_DAYS)

    def _send(self, event, **context):
        """Queue a mail to the consumer at once; links are in the mail only, not in what staff read here."""
        template = self.env.ref(f'customer_rma_website.mail_template_customer_withdrawal_{event}')
        template.with_context(**context).send_mail(
            self.id, email_layout_xmlid='mail.mail_notification_light', email_values={
                'headers': repr(AUTOMATIC_HEADERS), 'model': False, 'res_id': False, 'auto_delete': True})
        self.env.ref('mail.ir_cron_mail_scheduler_action').sudo()._trigger()  # sudo: the queue is the system's

    # ------------------------------------------------------------------
    # Staff
    # ------------------------------------------------------------------

    def action_create_return(self):
        """Make the return of everything that the rules let come back, though nobody has proven the mailbox (staff).

        :raises UserError: without an order, or if nothing can come back
        """
        self.ensure_one()
        self.check_access('write')
        self.env['customer.rma'].check_access('create')
        withdrawal_sudo = self.sudo()  # the rights were checked; statement and return are the system's
        if withdrawal_sudo.rma_id:
            raise UserError(self.env._('There is a return already.'))
        quantities = {item['move'].id: item['left'] for item in withdrawal_sudo._items() if not item['blocked']}
        if not quantities:
            raise UserError(self.env._('Nothing of this order can be returned. Look at the order and at the rules.'))
        withdrawal_sudo._create_return(quantities)
        return self.action_open_rma()

    def action_open_rma(self):
        """Open the return."""
        self.ensure_one()
        return {'type': 'ir.actions.act_window', 'res_model': 'customer.rma', 'view_mode': 'form', 'res_id': self.rma_id.id}

    def action_done(self):
        """Say that everything is done, for example because the order was cancelled (staff)."""
        self.check_access('write')
        self.sudo()._finish()  # sudo: the right was checked, statements are nobody's to write
        return True

    def _finish(self):
        self.state = 'done'
        self.activity_unlink(['mail.mail_activity_data_todo'])
