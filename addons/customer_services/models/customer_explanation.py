from odoo import api, fields, models
from odoo.fields import Domain

from ..const import GROUP_AGENT


class CustomerExplanation(models.AbstractModel):
    """Why a user may read a document or a customer, or why not, in words.

    The verdict is not invented here: rights and rules are asked of Odoo; only what is behind the access predicate is
    told in detail. A test compares verdict and ``has_access`` for all users and documents of the fixture.
    """

    _name = 'customer.explanation'
    _description = 'Explanation of access'

    @api.model
    def _explain(self, record, user):
        """Return the list of ``(opens, reason)``: the user may read the record if all of them open.

        :param record: one document with ``customer.document.mixin``, or one ``res.partner``
        :param user: the ``res.users``
        """
        if not user.active:
            return [(False, self.env._('The login is archived.'))]
        # sudo: the companies of another user; those that the manager has chosen are not his
        mine = record.with_user(user).with_context(allowed_company_ids=list(user.sudo()._get_company_ids()))
        if user._is_superuser():
            return [(True, self.env._('The system sees everything.'))]
        if not mine.browse().has_access('read'):
            return [(False, self.env._('No group of the user gives the right to read “%s”.', self._kind(record)))]
        reasons = [(True, self.env._('The groups of the user give the right to read “%s”.', self._kind(record)))]
        # sudo: rules are read to be named
        failing = mine.env['ir.rule']._get_failing(mine, mode='read').sudo()
        predicate = failing.filtered(lambda rule: 'customer_accessible' in (rule.domain_force or ''))
        reasons += [
            (False, self.env._('The rule “%s” closes it.', rule.name)) for rule in failing - predicate]
        accessible = 'customer_accessible' not in record._fields or mine.sudo().customer_accessible
        if accessible and not predicate:
            reasons += [(True, text) for text in self._grants(mine, True)]
        else:
            reasons += [(False, text) for text in self._grants(mine, False)]
        if not failing and not mine.has_access('read'):
            reasons.append((False, self.env._('Odoo closes it.')))
        return reasons

    @api.model
    def _kind(self, record):
        return self.env['ir.model']._get(record._name).name

    @api.model
    def _grants(self, record, accessible):
        """Return texts on the grants that open the record, or on those that do not.

        :param record: one record in the environment of the user in question
        :param bool accessible: what the predicate said
        """
        restriction = record._customer_restriction()
        if restriction == 'all':
            agent = record.env.user.has_group(GROUP_AGENT)
            return [self.env._('As agent or manager the user sees all customers.') if agent else self.env._(
                'The user is an employee without a role in customer services: Odoo\'s own rights apply.')]
        if restriction == 'none':
            return [self.env._('Visitors see no documents.')]
        if record._name == 'res.partner' and not record.sudo().customer_owned:
            return [self.env._('It belongs to no customer: Odoo\'s own rights apply.')]
        customer = record.sudo().commercial_partner_id
        if not customer and not accessible:
            return [self.env._('There is no customer who owns this.')]
        grants = self._staff_grants if restriction == 'specialist' else self._end_user_grants
        texts = grants(record, customer)
        chosen = [text for opens, text in texts if opens == accessible]
        if chosen:
            return chosen
        if accessible and record == record.env.user.partner_id:
            return [self.env._('It is his own contact.')]
        if accessible and not customer:
            return [self.env._('It belongs to no customer, and he made it or is responsible for it.')]
        if accessible:
            return [self.env._('It is open to this user without a grant of his own.')]
        return [self.env._('There is no access and no authorisation to %s.', customer.name)]

    @api.model
    def _staff_grants(self, record, customer):
        """Return ``(opens, text)`` for each right of the specialist on the customer or the document."""
        # sudo: a manager asks; the rights of another user are shown to him
        env = record.sudo().env
        mine = [('user_id', '=', record.env.uid)]
        administrators = env['customer.administrator'].search([*mine, ('customer_id', '=', customer.id)])
        processors = env['customer.processor'].search(Domain(mine) & (
            Domain('customer_id', '=', customer.id) if record._name == 'res.partner' else Domain.OR(
                Domain('res_model', '=', document._name) & Domain('res_id', '=', document.id)
                for document in self._with_origins(record))))
        return [
            (self._holds(right), self.env._(
                'He administers %(customer)s%(period)s.', customer=customer.name, period=self._period(right)))
            for right in administrators
        ] + [
            (self._holds(right), self.env._(
                'He is an additional processor of %(document)s%(period)s.',
                document=env[right.res_model].browse(right.res_id).display_name, period=self._period(right)))
            for right in processors]

    @api.model
    def _end_user_grants(self, record, customer):
        """Return ``(opens, text)`` for each access of the end user to the customer."""
        # sudo: a manager asks; the accesses of another user are shown to him
        env = record.sudo().env
        owners = [customer.id, *(document.sudo().commercial_partner_id.id for document in self._with_origins(record))]
        accesses = env['customer.access'].search([('user_id', '=', record.env.uid), ('customer_id', 'in', owners)])
        labels = {
            name: dict(accesses._fields[name]._description_selection(self.env)) for name in ('state', 'scope')}
        return [
            (access.state == 'activated' and self._covers(access, record), self.env._(
                'Access to %(customer)s: %(state)s, %(scope)s.', customer=access.customer_id.name,
                state=labels['state'][access.state], scope=labels['scope'][access.scope]))
            for access in accesses]

    @api.model
    def _covers(self, access, record):
        """Tell whether the scope of the access covers the record."""
        if record._name == 'res.partner':
            return True
        if access.scope != 'own':
            is_kind = access.scope == 'all' or (record._customer_kind or record._name) in access.kind_ids.mapped('model')
            return is_kind and record.sudo().commercial_partner_id == access.customer_id
        me = record.env.user.partner_id
        # sudo: what the document hangs on opens it, whether or not the user may see that
        return any(document.sudo().partner_id == me and document.sudo().commercial_partner_id == access.customer_id
                   for document in self._with_origins(record))

    @api.model
    def _with_origins(self, record):
        """Return the document and all documents on which it hangs, as a list of records."""
        found, steps = [], [record]
        while steps:
            document = steps.pop()
            found.append(document)
            for name in document._customer_origin_fields:
                # sudo: an origin counts, whether or not the user may see it
                steps += list(document.sudo()[name].with_env(document.env))
        return found

    @api.model
    def _holds(self, right):
        today = fields.Date.context_today(self)
        return (not right.date_start or right.date_start <= today) and (not right.date_end or right.date_end >= today)

    @api.model
    def _period(self, right):
        """Return the period of a right as text that starts with a blank; empty if it is unlimited."""
        texts = []
        if right.date_start:
            texts.append(self.env._('from %s', fields.Date.to_string(right.date_start)))
        if right.date_end:
            texts.append(self.env._('until %s', fields.Date.to_string(right.date_end)))
        return ''.join(f' {text}' for text in texts)

    @api.model
    def _action(self, record):
        """Return the action that opens the wizard for the record."""
        return {
            'type': 'ir.actions.act_window',
            'name': self.env._('Who can see this, and why'),
            'res_model': 'customer.explain.wizard',
            'view_mode': 'form',
            'target': 'new',
            'context': {'default_record': f'{record._name},{record.id}'},
        }
