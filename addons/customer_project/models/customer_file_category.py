from odoo import api, fields, models
from odoo.exceptions import ValidationError


class CustomerFileCategory(models.Model):
    """What kind of paper a file is: offer, contract, plan, ..."""

    _name = 'customer.file.category'
    _description = 'Category of files'
    _order = 'sequence, name, id'

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    color = fields.Integer()
    needs_confirmation = fields.Boolean(
        string='Ask for confirmation', help='New files of this category ask the customer to confirm the receipt.')

    @api.model
    def _check_in_projects(self, records):
        """Check that the categories of files, folders or requests are among those of their projects.

        :raises ValidationError: if a project keeps to categories of its choice, and this is none of them
        """
        for record in records.sudo():  # what the project allows, whoever looks
            allowed = record.project_id.customer_category_ids
            if record.category_id and allowed and record.category_id not in allowed:
                raise ValidationError(self.env._(
                    'The project “%(project)s” has no category “%(category)s”.',
                    project=record.project_id.name, category=record.category_id.name))
