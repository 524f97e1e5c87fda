"""What a glue addon writes to let tickets be about its documents: two fields and one line, see :class:`CustomerTicket`.

::

    class CustomerTicket(models.Model):
        _inherit = 'customer.ticket'

        order_id = fields.Many2one('sale.order', string='Order (stored)', **stored())
        about_order_id = fields.Many2one('sale.order', string='Order', **shown('order'))

        @api.model
        def _about_kinds(self):
            return super()._about_kinds() | {'order'}


    class SaleOrder(models.Model):
        _name = 'sale.order'
        _inherit = ['customer.ticket.about.mixin', 'sale.order']

        _customer_ticket_kind = 'order'
"""
from odoo.orm.models import NO_ACCESS


def stored():
    """Return the parameters of the field ``<kind>_id``: the link itself, which nobody reads or writes directly."""
    return {
        'groups': NO_ACCESS, 'index': 'btree_not_null', 'ondelete': 'set null', 'check_company': True, 'copy': False}


def shown(kind):
    """Return the parameters of the field ``about_<kind>_id``: the document, for those only who may read it."""
    return {
        'compute': '_compute_about',
        'inverse': lambda tickets: tickets._inverse_about(kind),
        'search': lambda tickets, operator, value: tickets._search_about(kind, operator, value),
        'copy': False,
    }
