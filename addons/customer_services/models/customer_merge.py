"""What becomes of accesses and rights when customers or end users are merged."""
from odoo import models
from odoo.fields import Command

from ..codes import covers

#: which of two accesses of one end user to one customer is kept
STRENGTH = ('activated', 'blocked', 'invited', 'expired', 'draft', 'revoked')


class CustomerGrantMixin(models.AbstractModel):
    _inherit = 'customer.grant.mixin'

    def _join_duplicates(self, sources, target, names=('customer_id', 'partner_id')):
        """Join the rows (sudo) that would be the same if ``sources`` were ``target``: one of them stays.

        :param sources: the ``res.partner`` that go
        :param target: the one that stays
        :param names: the fields in which they are replaced
        """
        names = [name for name in names if name in self._fields]
        merged = sources | target
        rows = self.search(['|'] * (len(names) - 1) + [(name, 'in', merged.ids) for name in names])

        def key(row):
            partners = [
                target if name in names and row[name] in merged else row[name]
                for name in ('customer_id', 'partner_id') if name in self._fields]
            return (*partners, *((row.user_id,) if 'partner_id' not in self._fields else ()))

        for same in rows.grouped(key).values():
            if len(same) > 1:
                same._join_into_one()

    def _join_into_one(self):
        """Hook: keep one of the rows in ``self`` and delete the others."""
        raise NotImplementedError


class CustomerAccess(models.Model):
    _inherit = 'customer.access'

    def _join_into_one(self):
        """Keep the access that is furthest; of several the scope that all of them cover: nobody sees more than before."""
        kept = self.sorted(lambda access: (STRENGTH.index(access.state), access.id))[0]
        others = self - kept
        for access in others.filtered(lambda access: access.state == kept.state):
            if not covers(access.scope, access.kind_ids.ids, kept.scope, kept.kind_ids.ids):
                is_narrower = covers(kept.scope, kept.kind_ids.ids, access.scope, access.kind_ids.ids)
                kept.write({'scope': access.scope, 'kind_ids': [Command.set(access.kind_ids.ids)]} if is_narrower
                           else {'scope': 'own', 'kind_ids': [Command.clear()]})
            if not access.manages_accesses:
                kept.manages_accesses = False
        dates = [date for date in self.mapped('activated_date') if date]
        kept.write({
            'activated_date': min(dates, default=False),
            'group_ids': [Command.link(group.id) for group in others.group_ids]})
        others.write({'activated_date': False})  # what was used is kept otherwise: it is, in the other row
        others.unlink()


class CustomerAdministrator(models.Model):
    _inherit = 'customer.administrator'

    def _join_into_one(self):
        """Keep the right that holds today, of several the first one."""
        holding = self.filtered_domain(self.env['customer.accessible.mixin']._period_domain())
        (self - (holding or self)[0]).unlink()
