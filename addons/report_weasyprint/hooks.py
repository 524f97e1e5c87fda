import logging

from .engine import problem

_logger = logging.getLogger(__name__)


def post_init_hook(env):
    """Say at install what is missing, in the log and to the person who installs; wkhtmltopdf prints meanwhile."""
    reason = problem()
    if not reason:
        return
    _logger.warning('Reports are still printed by wkhtmltopdf, since %s', reason)
    action = env['ir.actions.client'].create({
        'name': env._('PDF Reports by WeasyPrint'),
        'tag': 'display_notification',
        'params': {
            'type': 'warning',
            'sticky': True,
            'title': env._('Reports are still printed by wkhtmltopdf'),
            'message': env._('WeasyPrint cannot print yet: %(reason)s. Install it and restart Odoo.', reason=reason),
        },
    })
    env['ir.actions.todo'].create({'action_id': action.id, 'name': action.name, 'sequence': 1})
