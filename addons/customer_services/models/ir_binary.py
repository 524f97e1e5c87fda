from odoo import models
from odoo.exceptions import AccessError
from odoo.tools import consteq


class IrBinary(models.AbstractModel):
    """Odoo signs addresses of files for weeks, and cannot take them back."""

    _inherit = 'ir.binary'

    def _find_record(self, xmlid=None, res_model='ir.attachment', res_id=None, access_token=None, field=None):
        """Ask the user's rights on the document also for a signed address of one of its files.

        The share token of a file is left: it is deleted when an access is revoked.

        :raises AccessError: if the user may not read the document any more
        """
        record = super()._find_record(xmlid, res_model, res_id, access_token, field)
        if not access_token or record._name != 'ir.attachment':
            return record
        attachment_sudo = record.sudo()  # sudo: the document on which the file hangs decides
        name = attachment_sudo.res_model
        if (name not in self.env['customer.transaction.mixin']._customer_document_models() or attachment_sudo.public
                or consteq((attachment_sudo.access_token or '').encode(), str(access_token).encode(errors='replace'))):
            return record
        document = self.env[name].browse(attachment_sudo.res_id).exists()
        if not document or not document.has_access('read'):
            raise AccessError(self.env._('You may not see the document on which this hangs.'))
        return record
