from odoo import api, models
from odoo.exceptions import UserError

from ..uploads import (
    DEFAULT_EXTENSIONS,
    DEFAULT_MAX_FILES,
    DEFAULT_MAX_MB,
    Limits,
    UploadError,
    check_files,
    clean_name,
    parse_extensions,
)


class CustomerUpload(models.AbstractModel):
    """What customers may upload, on every channel; the limits are set in the settings."""

    _name = 'customer.upload'
    _description = 'Check of uploads'

    @api.model
    def _limits(self):
        """Return the :class:`~..uploads.Limits` set in the backend."""
        # sudo: system parameters, read only
        get_param = self.env['ir.config_parameter'].sudo().get_param
        return Limits(
            max_bytes=int(get_param('customer_services.upload_max_mb') or DEFAULT_MAX_MB) * 1024 * 1024,
            max_files=int(get_param('customer_services.upload_max_files') or DEFAULT_MAX_FILES),
            extensions=parse_extensions(get_param('customer_services.upload_extensions') or DEFAULT_EXTENSIONS))

    @api.model
    def _check(self, files):
        """Check files that came by RPC or from a form, before anything is stored.

        :param files: list of ``(name, bytes)``; XML-RPC's ``Binary`` is taken as bytes
        :return: list of ``(clean name, bytes)``
        :raises UserError: for the first one that is not allowed
        """
        try:
            cleaned = [(clean_name(str(name)), getattr(content, 'data', content)) for name, content, *_rest in files]
            cleaned = [(name, content.encode() if isinstance(content, str) else bytes(memoryview(content)))
                       for name, content in cleaned]
        except (TypeError, ValueError):
            raise UserError(self.env._('The files could not be read.')) from None
        self._check_heads([(name, len(content), content[:8]) for name, content in cleaned])
        return cleaned

    @api.model
    def _check_heads(self, heads):
        """Check ``(clean name, size, first bytes)`` of files without having read them whole.

        :raises UserError: for the first one that is not allowed
        """
        limits = self._limits()
        try:
            check_files(heads, limits)
        except UploadError as error:
            raise UserError(self._explain(error, limits)) from None

    @api.model
    def _explain(self, error, limits):
        """Return the message for a refused file, in the user's language."""
        name = error.name
        return {
            'many': lambda: self.env._('Please send at most %s files at once.', limits.max_files),
            'type': lambda: self.env._(
                'The file “%(name)s” is of a type that is not allowed. Allowed are: %(types)s.',
                name=name, types=', '.join(sorted(limits.extensions))),
            'size': lambda: self.env._(
                'The file “%(name)s” is larger than %(size)s MB.', name=name,
                size=limits.max_bytes // (1024 * 1024)),
            'empty': lambda: self.env._('The file “%s” is empty.', name),
            'program': lambda: self.env._('The file “%s” is a program and is not accepted.', name),
        }[error.code]()
