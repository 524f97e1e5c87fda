from odoo.exceptions import UserError


class SlotTaken(UserError):
    """Somebody else was faster, or the time is not free at all."""
