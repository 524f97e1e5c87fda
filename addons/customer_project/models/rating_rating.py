from odoo import models


class RatingRating(models.Model):
    """Ratings hang on tasks: they are as visible as the task."""

    _name = 'rating.rating'
    _inherit = ['rating.rating', 'customer.link.guard']
