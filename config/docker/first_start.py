"""Last step of creating a database, fed to ``odoo shell``: the generated password of admin and the public address.

Environment: ADMIN_PASSWORD_FILE (a file with the password), PUBLIC_URL (optional, e.g. https://service.example.com).
"""
import os
from pathlib import Path

env = globals()['env']  # given by odoo shell
password = Path(os.environ['ADMIN_PASSWORD_FILE']).read_text(encoding='utf-8').strip()
if len(password) < 16:
    raise SystemExit('The generated password of admin is missing or too short.')
env.ref('base.user_admin').password = password

public_url = os.environ.get('PUBLIC_URL')
if public_url:
    parameters = env['ir.config_parameter']
    parameters.set_param('web.base.url', public_url.rstrip('/'))
    # else the next login of an administrator under another host name would change the links in all mails
    parameters.set_param('web.base.url.freeze', 'True')
env.cr.commit()
