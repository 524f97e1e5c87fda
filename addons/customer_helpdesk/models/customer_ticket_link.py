from datetime import timedelta

from odoo import SUPERUSER_ID, api, fields, models
from odoo.exceptions import UserError
from odoo.tools import consteq, formataddr, hmac, plaintext2html

from ..const import MAX_TEXT

#: days for which a new link works
DEFAULT_DAYS = 30
#: days for which the personal link in a mail works, counted from the last mail
PERSONAL_DAYS = 90
MAX_LINKS = 20


class CustomerTicketLink(models.Model):
    """A link that opens one ticket to somebody without login.

    Only the id is in the database: the token is signed with the database's secret and never stored. A new version
    voids older tokens.
    """

    _name = 'customer.ticket.link'
    _description = 'Ticket: link'
    _order = 'id desc'
    _rec_name = 'kind'

    ticket_id = fields.Many2one('customer.ticket', string='Ticket', required=True, index=True, ondelete='cascade')
    kind = fields.Selection([
        ('read', 'Read only'), ('guest', 'Read and answer as a guest'), ('person', 'Personal'),
    ], required=True, default='read')
    partner_id = fields.Many2one(
        'res.partner', string='Person', index=True, ondelete='cascade', help='Who answers by a personal link.')
    note = fields.Char(string='For whom')
    expires = fields.Datetime(string='Works until', required=True)
    version = fields.Integer(default=1, readonly=True)
    revoked = fields.Boolean(readonly=True)
    use_ids = fields.One2many('customer.ticket.link.use', 'link_id', string='Uses', readonly=True)
    use_count = fields.Integer(string='Used', compute='_compute_use_count')
    is_working = fields.Boolean(string='Works', compute='_compute_is_working')

    _ticket_person_unique = models.UniqueIndex(
        "(ticket_id, partner_id) WHERE kind = 'person'", 'This person has a link to the ticket already.')

    @api.depends('use_ids')
    def _compute_use_count(self):
        for link in self:
            link.use_count = len(link.use_ids)

    @api.depends('revoked', 'expires')
    def _compute_is_working(self):
        now = fields.Datetime.now()
        for link in self:
            link.is_working = not link.revoked and bool(link.expires and link.expires > now)

    def action_revoke(self):
        """Void the links."""
        self.ticket_id.check_access('write')
        self._revoke()

    def action_rotate(self):
        """Void the tokens that are out, the next mail carries a new one."""
        self.ticket_id.check_access('write')
        for link in self.sudo():  # sudo: the right on the ticket was checked
            link.version += 1

    def _revoke(self):
        # sudo: the caller checked the ticket
        self.sudo().write({'revoked': True})

    def _token(self):
        """Return the secret part of the address; whoever holds it opens the ticket."""
        self.ensure_one()
        # sudo: the database's secret
        link = self.sudo()
        message = (link.id, link.version, link.ticket_id.id, link.partner_id.id)
        return f'{link.id}-{hmac(link.env, "customer_helpdesk.link", message)[:40]}'

    def _url(self):
        """Return the whole address."""
        ticket = self.sudo().ticket_id
        return f'{ticket.get_base_url()}{ticket.access_url}?access_token={self._token()}'

    @api.model
    def _find(self, ticket_id, token):
        """Return the working link with this token in sudo, or nothing.

        A personal link stops to work when its person has a login: he signs in.
        """
        number = token.partition('-')[0] if isinstance(token, str) and len(token) < 80 else ''
        if not number.isascii() or not number.isdigit() or len(number) > 9:
            return self.sudo().browse()
        # sudo: the visitor has no right of his own, the token is what he has
        link = self.sudo().browse(int(number)).exists()
        if (not link or link.ticket_id.id != ticket_id or not link.is_working
                or not consteq(link._token().encode(), token.encode(errors='replace'))):
            return self.sudo().browse()
        if link.kind == 'person' and link.partner_id.with_context(active_test=False).user_ids:
            return self.sudo().browse()
        return link

    def _log_use(self, action, address=''):
        """Log one use in a transaction of its own: a page that is only read writes nothing itself."""
        with self.env.registry.cursor() as cr:
            api.Environment(cr, SUPERUSER_ID, {})['customer.ticket.link.use'].create(
                {'link_id': self.id, 'action': action, 'address': address})

    def _post(self, body, files, name=''):
        """Post what somebody wrote by this link: as the person of a personal link, else as a guest.

        :param str body: plain text
        :param files: list of ``(name, bytes)``
        :param str name: how a guest calls himself
        :return: the ``mail.message``
        :raises UserError: if the link is for reading only, or nothing was written
        """
        self.ensure_one()
        if self.kind not in ('guest', 'person'):
            raise UserError(self.env._('This link is for reading only.'))
        files = self.env['customer.upload']._check(files)
        if not body and not files:
            raise UserError(self.env._('Please write a message or choose a file.'))
        if len(body) > MAX_TEXT:
            raise UserError(self.env._('The text is too long: at most %s characters.', MAX_TEXT))
        ticket = self.sudo().ticket_id.with_user(SUPERUSER_ID)
        values = {'author_id': self.partner_id.id}
        if self.kind == 'guest':
            name = ' '.join(name.split())[:60]
            if not name:
                raise UserError(self.env._('Please enter your name.'))
            values = {'author_id': False, 'email_from': formataddr((
                self.env._('%s (guest)', name), ticket.company_id.email or ticket.team_id.alias_email or 'guest@invalid'))}
        return ticket.message_post(
            body=plaintext2html(body) if body else '', attachments=files, message_type='comment',
            subtype_xmlid='mail.mt_comment', **values)


class CustomerTicketLinkUse(models.Model):
    """One use of a link."""

    _name = 'customer.ticket.link.use'
    _description = 'Ticket: use of a link'
    _order = 'id desc'
    _log_access = False

    link_id = fields.Many2one('customer.ticket.link', required=True, index=True, ondelete='cascade')
    date = fields.Datetime(required=True, default=fields.Datetime.now)
    action = fields.Selection([('opened', 'Opened'), ('posted', 'Answered')], required=True)
    address = fields.Char(string='Network address')


class CustomerTicket(models.Model):
    _inherit = 'customer.ticket'

    link_ids = fields.One2many('customer.ticket.link', 'ticket_id', string='Links')

    def _personal_link(self, partner):
        """Return the personal link of somebody without login, made or prolonged as needed."""
        self.ensure_one()
        Link = self.env['customer.ticket.link'].sudo()  # sudo: made for the recipient of a mail
        link = Link.search([
            ('ticket_id', '=', self.id), ('kind', '=', 'person'), ('partner_id', '=', partner.id)])
        expires = fields.Datetime.now() + timedelta(days=PERSONAL_DAYS)
        if not link:
            return Link.create({
                'ticket_id': self.id, 'kind': 'person', 'partner_id': partner.id, 'expires': expires})
        if link.expires < expires - timedelta(days=1):
            link.expires = expires
        return link

    def _share_by_customer(self, kind, days, note=''):
        """Make a link for the customer who asks for it.

        :param str kind: ``read`` or ``guest``
        :param int days: for how long it works, 1 to 90
        :return: the ``customer.ticket.link`` in sudo
        :raises UserError: for any other kind or time, or too many links
        """
        self.ensure_one()
        self.check_access('read')
        if kind not in ('read', 'guest') or days not in range(1, 91):
            raise UserError(self.env._('Please choose what the link allows, and for how many days (1 to 90).'))
        # sudo: customers have no right on links; the ticket was checked
        ticket = self.sudo()
        if len(ticket.link_ids.filtered(lambda link: link.is_working and link.kind != 'person')) >= MAX_LINKS:
            raise UserError(self.env._('There are too many links. Please revoke those that nobody needs.'))
        return self.env['customer.ticket.link'].sudo().create({
            'ticket_id': ticket.id, 'kind': kind, 'note': note[:100],
            'expires': fields.Datetime.now() + timedelta(days=days)})

    def _revoke_by_customer(self, link_id):
        """Void a link for the customer who asks for it; what is no link of the ticket is ignored."""
        self.ensure_one()
        self.check_access('read')
        # sudo: the row is reached from the checked ticket
        self.sudo().link_ids.filtered(lambda link: link.id == link_id and link.kind != 'person')._revoke()
