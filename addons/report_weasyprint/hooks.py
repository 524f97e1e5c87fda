import logging

from .engine import problem

_logger = logging.getLogger(__name__)


def post_init_hook(env):
    """Say at install what is missing, in the log and to the person who installs; wkhtmltopdf prints meanwhile."""
    reason = problem()
    if not reason:
        return
    _logger.warning('Reports are still printed by wkhtmltopdf, since %s', reason)
    action = _create(env, 'ir.actions.client', 'action_missing', {
        'name': env._('PDF Reports by WeasyPrint'),
        'tag': 'display_notification',
        'params': {
            'type': 'warning',
            'sticky': True,
            'title': env._('Reports are still printed by wkhtmltopdf'),
            'message': env._('WeasyPrint cannot print yet: %(reason)s. Install it and restart Odoo.', reason=reason),
        },
    })
    _create(env, 'ir.actions.todo', 'todo_missing', {'action_id': action.id, 'name': action.name, 'sequence': 1})


def _create(env, model, name, values):
    """Return a new record that goes with the addon when it is uninstalled."""
    return env[model]._load_records([
        {'xml_id': f'report_weasyprint.{name}', 'values': values, 'noupdate': True}])
