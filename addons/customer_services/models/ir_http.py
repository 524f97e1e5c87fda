from werkzeug.exceptions import NotFound, abort

from odoo import models
from odoo.http import request

from ..const import CUSTOMER_KEY


class IrHttp(models.AbstractModel):
    _inherit = 'ir.http'

    @classmethod
    def _match(cls, path):
        """An address with a NUL character is a 404, answered at once.

        Odoo, and the page of the website that reports an error, would look for it in the database, which refuses it.
        """
        if '\x00' in path:
            abort(NotFound().get_response())
        return super()._match(path)

    @classmethod
    def _dispatch(cls, endpoint):
        """Drop a parameter named ``self``, which Python takes for the controller, and remember the chosen customer.

        The choice only narrows what is shown and says for whom something new is: it is no right.
        """
        request.params.pop('self', None)
        if customer_id := request.session.get(CUSTOMER_KEY):
            request.update_context(**{CUSTOMER_KEY: customer_id})
        return super()._dispatch(endpoint)
