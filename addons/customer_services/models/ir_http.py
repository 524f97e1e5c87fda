from werkzeug.exceptions import NotFound, abort

from odoo import models
from odoo.http import request


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
        """Drop a parameter named ``self``: Python takes it for the controller and fails."""
        request.params.pop('self', None)
        return super()._dispatch(endpoint)
