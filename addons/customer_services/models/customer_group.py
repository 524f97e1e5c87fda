from contextlib import contextmanager

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Command, Domain

from ..const import GROUP_MANAGER


class CustomerGroup(models.Model):
    """A freely created, structured group of customers, accesses and staff, to search and to address them.

    Groups grant no rights. Only a group that a manager mapped on purpose to share-only groups of Odoo gives these to
    the end users among its members, as long as they are members.
    """

    _name = 'customer.group'
    _description = 'User group'
    _parent_store = True
    _order = 'sequence, name, id'
    _rec_name = 'complete_name'
    _rec_names_search = ['complete_name']

    name = fields.Char(required=True, translate=True)
    complete_name = fields.Char(
        string='Full name', compute='_compute_complete_name', search='_search_complete_name', recursive=True)
    kind = fields.Selection(
        [('customer', 'Customers'), ('management', 'Management'), ('employee', 'Employees')],
        required=True, default='customer')
    parent_id = fields.Many2one('customer.group', string='Part of', index=True, ondelete='restrict')
    parent_path = fields.Char(index=True)
    child_ids = fields.One2many('customer.group', 'parent_id', string='Subgroups')
    sequence = fields.Integer(default=10)
    color = fields.Integer(string='Colour')
    active = fields.Boolean(default=True)
    description = fields.Text()
    partner_ids = fields.Many2many(
        'res.partner', 'customer_group_partner_rel', 'group_id', 'partner_id', string='Customers',
        domain=[('is_customer', '=', True)])
    access_ids = fields.Many2many(
        'customer.access', 'customer_group_access_rel', 'group_id', 'access_id', string='Accesses')
    user_ids = fields.Many2many(
        'res.users', 'customer_group_user_rel', 'group_id', 'user_id', string='Staff', domain=[('share', '=', False)])
    share_group_ids = fields.Many2many(
        'res.groups', 'customer_group_share_rel', 'group_id', 'share_group_id', string='Rights in the portal',
        domain=lambda self: self._share_groups_domain(), groups=GROUP_MANAGER,
        help='The end users of this group and of its subgroups get these groups. Leave it empty: then the group '
             'grants no rights.')
    member_count = fields.Integer(string='Members', compute='_compute_member_count')

    # ------------------------------------------------------------------
    # Compute, constraints
    # ------------------------------------------------------------------

    @api.depends('name', 'parent_id.complete_name')
    @api.depends_context('lang')
    def _compute_complete_name(self):
        for group in self:
            group.complete_name = (
                f'{group.parent_id.complete_name} / {group.name}' if group.parent_id else group.name)

    @api.model
    def _search_complete_name(self, operator, value):
        if operator in Domain.NEGATIVE_OPERATORS:
            return NotImplemented
        if operator == 'in':
            return Domain.OR(Domain('name', '=', text.split(' / ')[-1]) for text in value if text)
        return [('id', 'child_of', self.search([('name', operator, value)]).ids)]

    @api.depends('partner_ids', 'access_ids', 'user_ids')
    def _compute_member_count(self):
        for group in self:
            group.member_count = len(group.partner_ids) + len(group.access_ids) + len(group.user_ids)

    @api.constrains('parent_id')
    def _check_parent(self):
        if self._has_cycle():
            raise ValidationError(self.env._('A user group cannot be part of itself.'))

    @api.constrains('user_ids')
    def _check_staff(self):
        for group in self:
            if outsider := group.user_ids.filtered('share')[:1]:
                raise ValidationError(self.env._('%s is no employee: choose an access instead.', outsider.name))

    @api.model
    def _share_groups_domain(self):
        """Return the domain of the groups of Odoo that may be mapped: for customers, and no kind of user."""
        kinds = [self.env.ref(f'base.group_{kind}').id for kind in ('user', 'portal', 'public')]
        return [
            '|', ('share', '=', True), ('all_implied_ids', 'in', kinds[1]),
            ('id', 'not in', kinds), ('all_implied_ids', 'not in', kinds[0])]

    @api.constrains('share_group_ids')
    def _check_share_groups(self):
        # sudo: reading groups of Odoo takes more rights than a manager needs
        for group in self.sudo():
            refused = group.share_group_ids - group.share_group_ids.filtered_domain(self._share_groups_domain())
            if refused:
                raise ValidationError(self.env._(
                    '“%s” is not only for portal users: it cannot be given by a user group.', refused[0].full_name))

    # ------------------------------------------------------------------
    # CRUD
    # ------------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        with self._share_groups_in_step():
            return super().create(vals_list)

    def write(self, vals):
        if vals.keys().isdisjoint(('partner_ids', 'access_ids', 'share_group_ids', 'parent_id', 'active')):
            return super().write(vals)
        with self._share_groups_in_step():
            return super().write(vals)

    def unlink(self):
        with self._share_groups_in_step():
            return super().unlink()

    # ------------------------------------------------------------------
    # Rights by mapping
    # ------------------------------------------------------------------

    @contextmanager
    def _share_groups_in_step(self):
        """Give and take the mapped groups of Odoo that end users gain and lose by what happens inside the block."""
        before = self._share_group_entitlements()
        yield
        after = self._share_group_entitlements()
        # sudo: the mapping was made by a manager, and names groups for portal users only
        Users = self.env['res.users'].sudo()
        for user_id, group_id in after - before:
            Users.browse(user_id).write({'group_ids': [Command.link(group_id)]})
        for user_id, group_id in before - after:
            Users.browse(user_id).exists().write({'group_ids': [Command.unlink(group_id)]})

    @api.model
    def _share_group_entitlements(self):
        """Return the set of ``(id of the user, id of the res.groups)`` that the mapped groups give now.

        End users by an activated access that is a member itself, or whose customer is; members of a subgroup are
        members of what it is part of.
        """
        # sudo: whoever adds a member need not see the others
        Group = self.env['customer.group'].sudo().with_context(active_test=True)
        pairs = set()
        for group in Group.search([('share_group_ids', '!=', False)]):
            members = Group.search([('id', 'child_of', group.id)])
            accesses = self.env['customer.access'].sudo().search([
                ('state', '=', 'activated'), ('user_id.share', '=', True),
                '|', ('id', 'in', members.access_ids.ids), ('customer_id', 'in', members.partner_ids.ids)])
            pairs.update(
                (user_id, share_group_id) for user_id in accesses.user_id.ids
                for share_group_id in group.share_group_ids.ids)
        return pairs

    # ------------------------------------------------------------------
    # Addressing
    # ------------------------------------------------------------------

    def _member_partners(self):
        """Return the ``res.partner`` of all members, of subgroups too, that can be addressed by e-mail.

        Accesses count while they are activated: nobody gets mail after his access was revoked.
        """
        groups = self.search([('id', 'child_of', self.ids)])
        accesses = groups.access_ids.filtered(lambda access: access.state == 'activated')
        partners = groups.partner_ids | accesses.user_id.partner_id | groups.user_ids.partner_id
        return partners.filtered(lambda partner: partner.active and partner.email_normalized)

    def action_send_mail(self):
        """Open the mail composer for all members, one mail each.

        :raises UserError: if no member has an e-mail address
        """
        partners = self._member_partners()
        if not partners:
            raise UserError(self.env._('No member of this group has an e-mail address.'))
        return {
            'type': 'ir.actions.act_window',
            'name': self.env._('Send e-mail'),
            'res_model': 'mail.compose.message',
            'view_mode': 'form',
            'target': 'new',
            'context': {
                'default_model': 'res.partner', 'default_res_ids': partners.ids,
                'default_composition_mode': 'mass_mail', 'default_subject': ''},
        }

    def action_open_customers(self):
        """Open the overview of the customers in the groups and their subgroups."""
        action = self.env['ir.actions.act_window']._for_xml_id('customer_services.res_partner_action_customer')
        action['domain'] = [('is_customer', '=', True), ('customer_group_ids', 'child_of', self.ids)]
        return action
