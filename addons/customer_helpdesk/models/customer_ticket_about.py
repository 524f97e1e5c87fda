"""What tickets are about: documents of other addons, which name themselves by a hook."""
import re

from odoo import api, fields, models
from odoo.exceptions import AccessError, ValidationError
from odoo.fields import Domain

from odoo.addons.customer_services.const import CUSTOMER_KEY, GROUP_SPECIALIST


class CustomerTicket(models.Model):
    _inherit = 'customer.ticket'

    # ------------------------------------------------------------------
    # Hook
    # ------------------------------------------------------------------

    @api.model
    def _about_kinds(self):
        """Hook: return the kinds of documents that a ticket can be about, as a frozenset of short names.

        Of each kind there are two fields, ``<kind>_id`` and ``about_<kind>_id``, see :mod:`..about`. The documents have
        an owner ``commercial_partner_id`` and the mixin ``customer.ticket.about.mixin``.
        """
        return frozenset()

    @property
    def _customer_fields(self):
        return super()._customer_fields | {f'about_{kind}_id' for kind in self._about_kinds()}

    # ------------------------------------------------------------------
    # Fields
    # ------------------------------------------------------------------

    @api.depends(lambda self: [f'{kind}_id' for kind in self._about_kinds()])
    @api.depends_context('uid', 'allowed_company_ids')
    def _compute_about(self):
        """Show a document to who may read it; the ticket alone does not even tell its name."""
        for kind in self._about_kinds():
            # sudo: the link is nobody's to read; the document decides who sees it
            linked = {ticket: ticket.sudo()[f'{kind}_id'].sudo(self.env.su) for ticket in self}
            documents = self.env[self._fields[f'{kind}_id'].comodel_name].union(*linked.values())
            readable = documents._filtered_access('read') if documents else documents
            for ticket, document in linked.items():
                ticket[f'about_{kind}_id'] = document & readable

    def _inverse_about(self, kind):
        """Store the link, if the user may read the document.

        :raises AccessError: if he may not, or if there is none
        """
        for ticket in self:
            document = ticket[f'about_{kind}_id']
            if document and not (document.exists() and document.has_access('read')):
                raise AccessError(self.env._('What the ticket refers to does not exist, or you may not see it.'))
            # sudo: the link is nobody's to write; document and ticket were checked
            ticket.sudo()[f'{kind}_id'] = document.sudo()
        # while it is being inverted, Odoo keeps what others saw before
        self.invalidate_recordset([f'about_{kind}_id'], flush=False)

    @api.model
    def _search_about(self, kind, operator, value):
        """Find tickets by documents that the user may read.

        The link is searched in sudo below the tickets that the user may see anyway.
        """
        name = f'{kind}_id'
        Document = self.env[self._fields[name].comodel_name]
        if operator in Domain.NEGATIVE_OPERATORS:
            return NotImplemented
        found = Domain.FALSE
        if operator == 'in':
            found = Domain(name, 'in', Document.browse(filter(None, value)).exists()._filtered_access('read').ids)
            if not all(value):
                found |= Domain(name, '=', False)
        elif Document.has_access('read'):
            domain = Domain(value) if operator in ('any', 'any!') else Domain('display_name', operator, value)
            found = Domain(name, 'in', Document._search(domain))
        return Domain('id', 'in', self.sudo()._search(found))  # sudo: see above

    def write(self, vals):
        result = super().write(vals)
        if 'partner_id' in vals:
            self._check_about()
        return result

    @api.constrains(lambda self: [f'{kind}_id' for kind in self._about_kinds()])
    def _check_about(self):
        """A ticket is about documents of its customer, or about what its requester may see anyway."""
        for ticket in self.sudo():  # sudo: whoever writes, the owners decide
            for kind in self._about_kinds():
                document = ticket[f'{kind}_id']
                owner = document.commercial_partner_id
                if owner and owner != ticket.commercial_partner_id and not any(
                        document.with_user(user).has_access('read') for user in ticket.partner_id.user_ids):
                    raise ValidationError(self.env._(
                        'The ticket refers to a document of another customer. Remove the reference first.'))

    # ------------------------------------------------------------------
    # Customers
    # ------------------------------------------------------------------

    @api.model
    def _find_about(self, reference):
        """Find what a new ticket is to be about, with the rights of the user.

        :param str reference: kind and id, such as ``order-42``
        :return: ``(name of the field, document)``, or None for what does not exist or is not his to see
        """
        match = re.fullmatch('([a-z_]{1,30})-([1-9][0-9]{0,8})', reference)
        if not match or match[1] not in self._about_kinds():
            return None
        name = f'about_{match[1]}_id'
        document = self.env[self._fields[name].comodel_name].browse(int(match[2]))
        return (name, document) if document.exists() and document.has_access('read') else None

    @api.model
    def _given_about(self, values):
        """Return the documents among the values of a customer: dict from the name of the field to the document.

        :raises AccessError: for one that does not exist or is not his to see
        """
        given = {}
        for kind in self._about_kinds():
            number = values.get(f'about_{kind}_id')
            if number:
                found = self._find_about(f'{kind}-{number}')
                if not found:
                    raise AccessError(self.env._('What the ticket refers to does not exist, or you may not see it.'))
                given[found[0]] = found[1]
        return given

    @api.model
    def _create_from_customer(self, values):
        """Create a ticket for the customer whose document it is about, if the user has an access to him."""
        documents = self._given_about(values)
        # sudo: the documents were checked
        owner = next((document.sudo().commercial_partner_id for document in documents.values()), None)
        model = self.with_context(**{CUSTOMER_KEY: owner.id}) if owner else self
        return super(CustomerTicket, model)._create_from_customer(values).with_env(self.env)

    @api.model
    def _prepare_customer_values(self, values):
        documents = self._given_about(values)
        return {**super()._prepare_customer_values(values), **{
            name: document.id for name, document in documents.items()}}

    def _about_list(self):
        """Return what the ticket is about and the user may read: list of ``(label, name, address)``.

        By a link, which opens the ticket only, there is nothing of it.
        """
        self.ensure_one()
        if self.env.su:
            return []
        found = []
        for kind in sorted(self._about_kinds()):
            name = f'about_{kind}_id'
            if document := self[name]:
                found.append((
                    self._fields[name]._description_string(self.env), document.display_name,
                    document.sudo().access_url))  # sudo: an address by the id
        return found

    # ------------------------------------------------------------------
    # What a ticket hands on
    # ------------------------------------------------------------------

    def _about_values(self):
        """Return the links as values for another ticket of the same customer, to be written in sudo."""
        ticket = self.sudo()
        return {f'{kind}_id': ticket[f'{kind}_id'].id for kind in self._about_kinds() if ticket[f'{kind}_id']}

    def _hand_on_about(self, target):
        """Let another ticket of the customer be about the same, if it is about nothing of that kind itself."""
        # sudo: the caller checked both tickets; who may read the documents is asked whenever they are read
        target_sudo = target.sudo()
        values = {name: number for name, number in self._about_values().items() if not target_sudo[name]}
        if values and self.sudo().commercial_partner_id == target_sudo.commercial_partner_id:
            target_sudo.with_context(tracking_disable=True).write(values)

    @api.model_create_multi
    def create(self, vals_list):
        """Create tickets; one that continues another is about the same."""
        tickets = super().create(vals_list)
        for ticket, vals in zip(tickets, vals_list, strict=True):
            if vals.get('follow_up_of_id'):
                ticket.sudo().follow_up_of_id._hand_on_about(ticket)
        return tickets

    def _merge_one(self, target):
        result = super()._merge_one(target)
        self._hand_on_about(target)
        return result


class CustomerTicketAboutMixin(models.AbstractModel):
    """A document that tickets can be about: how many there are, and the way to them."""

    _name = 'customer.ticket.about.mixin'
    _description = 'Document that tickets are about'

    #: the kind by which tickets know the model, see :meth:`CustomerTicket._about_kinds`
    _customer_ticket_kind = ''

    customer_ticket_count = fields.Integer(
        string='Number of tickets', compute='_compute_customer_ticket_count', groups=GROUP_SPECIALIST)

    @api.depends_context('uid', 'allowed_company_ids')
    def _compute_customer_ticket_count(self):
        Ticket, name, counts = self.env['customer.ticket'], f'{self._customer_ticket_kind}_id', {}
        if self.ids and Ticket.has_access('read'):
            # sudo: the link is nobody's to read; only tickets are counted that the user may see
            counts = dict(Ticket.sudo()._read_group(
                Domain('id', 'in', Ticket._search(Domain.TRUE)) & Domain(name, 'in', self.ids), [name], ['__count']))
            counts = {document.id: count for document, count in counts.items()}
        for document in self:
            document.customer_ticket_count = counts.get(document.id, 0)

    def action_open_customer_tickets(self):
        """Open the tickets about the document; a new one is about it too."""
        self.ensure_one()
        self.check_access('read')
        name = f'about_{self._customer_ticket_kind}_id'
        action = self.env['ir.actions.act_window']._for_xml_id('customer_helpdesk.customer_ticket_action')
        return dict(action, view_mode='list,form', views=[(False, 'list'), (False, 'form')], domain=[(name, '=', self.id)],
                    context={f'default_{name}': self.id, 'default_partner_id': self._customer_ticket_requester().id})

    def _customer_ticket_requester(self):
        """Hook: return the contact for whom staff open a ticket about the document."""
        return self.partner_id
