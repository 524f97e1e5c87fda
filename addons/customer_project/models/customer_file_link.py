from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.orm.models import NO_ACCESS
from odoo.tools.urls import urljoin

from odoo.addons.customer_services.codes import hash_token, new_token


class CustomerFileLink(models.Model):
    """A link by which somebody without login gets one file or the files of one folder, for a while.

    Only a hash of it is stored: it is shown once. It gives no more than a customer of the project would see.
    """

    _name = 'customer.file.link'
    _description = 'Link to files'
    _order = 'id desc'

    name = fields.Char(string='For whom', required=True)
    file_id = fields.Many2one('customer.file', string='File', index='btree_not_null', ondelete='cascade')
    folder_id = fields.Many2one('customer.folder', string='Folder', index='btree_not_null', ondelete='cascade')
    project_id = fields.Many2one(
        'project.project', string='Project', compute='_compute_project_id', store=True, index=True,
        ondelete='cascade', precompute=True)
    token_hash = fields.Char(required=True, groups=NO_ACCESS)
    expiry = fields.Datetime(string='Works until', required=True)
    is_revoked = fields.Boolean(string='Revoked', readonly=True)
    is_valid = fields.Boolean(string='Works', compute='_compute_is_valid')
    receipt_ids = fields.One2many('customer.file.receipt', 'link_id', string='Downloads')

    _token_unique = models.UniqueIndex('(token_hash)')
    _one_target = models.Constraint(
        'CHECK((file_id IS NULL) != (folder_id IS NULL))', 'A link leads to one file or to one folder.')

    @api.depends('file_id', 'folder_id')
    def _compute_project_id(self):
        for link in self:
            link.project_id = link.file_id.project_id or link.folder_id.project_id

    @api.depends('expiry', 'is_revoked')
    def _compute_is_valid(self):
        now = fields.Datetime.now()
        for link in self:
            link.is_valid = not link.is_revoked and link.expiry and link.expiry > now

    @api.constrains('file_id', 'folder_id')
    def _check_visible(self):
        for link in self.sudo():
            if (link.file_id or link.folder_id).reach == 'internal':
                raise ValidationError(self.env._('What is for staff only cannot be shared by a link.'))

    @api.model
    def _issue(self, target, name, expiry):
        """Create a link.

        :param target: one ``customer.file`` or ``customer.folder``
        :param str name: for whom it is
        :param expiry: date and time (UTC) until which it works
        :return: ``(link, address)``; the address is nowhere else
        """
        target.check_access('write')
        if not expiry or expiry <= fields.Datetime.now():
            raise UserError(self.env._('A link needs a date in the future until which it works.'))
        token = new_token()
        # sudo: the right on the target was checked; the hash is nobody's to write
        link = self.sudo().create({
            'name': name, 'expiry': expiry, 'token_hash': hash_token(token),
            ('file_id' if target._name == 'customer.file' else 'folder_id'): target.id}).sudo(self.env.su)
        return link, urljoin(link.get_base_url(), f'/my/files/links/{token}')

    @api.model
    def _find(self, token):
        """Return the valid link with a token in sudo, or an empty record set."""
        # sudo: who comes by a link has no right of his own; the token is what he has
        link_sudo = self.sudo().search([('token_hash', '=', hash_token(token))], limit=1)
        return link_sudo if link_sudo.is_valid else link_sudo.browse()

    def _files(self):
        """Return the files that the link (sudo) opens now: what customers may see, never what was hidden meanwhile."""
        self.ensure_one()
        domain = [('reach', '=', 'customer'), ('version_id', '!=', False), '|', ('date_from', '=', False),
                  ('date_from', '<=', fields.Date.context_today(self))]
        if self.file_id:
            return self.file_id.filtered_domain([('active', '=', True), ('reach', 'in', ('customer', 'accesses')),
                                                 *domain[1:]])
        return self.env['customer.file'].search([('folder_id', '=', self.folder_id.id), *domain], order='name, id')

    def action_revoke(self):
        """Make the links void."""
        self.check_access('read')
        # sudo: who sees the link may end it, and change nothing else of it
        self.sudo().is_revoked = True
