from datetime import timedelta

from markupsafe import Markup

from odoo import SUPERUSER_ID, api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL
from odoo.tools.urls import urljoin

from ..const import EVENTS, MODES

#: days after which a sent or refused row is deleted, and rows in one run of the job
KEEP_DAYS = 90
BATCH = 500


class CustomerFileEvent(models.Model):
    """The outbox: what one person is to be told, once. The mail is made after the transaction, from these rows.

    Whether he may see the file is asked when the row is made and again when the mail is made.
    """

    _name = 'customer.file.event'
    _description = 'Notification about a file'
    _order = 'id'

    user_id = fields.Many2one('res.users', required=True, index=True, ondelete='cascade')
    event = fields.Selection(EVENTS, required=True)
    mode = fields.Selection(MODES, required=True)
    res_model = fields.Char(required=True)
    res_id = fields.Many2oneReference(model_field='res_model', required=True)
    mark = fields.Char(required=True, help='What makes it unique: the version, the state, the reminder.')
    state = fields.Selection(
        [('waiting', 'Waiting'), ('sent', 'Sent'), ('dropped', 'Dropped')], required=True, default='waiting')

    _unique_event = models.UniqueIndex('(user_id, event, res_model, res_id, mark)')
    _waiting_idx = models.Index("(mode, id) WHERE state = 'waiting'")

    # ------------------------------------------------------------------
    # In
    # ------------------------------------------------------------------

    @api.model
    def _announce(self, event, record, version=None, mark=''):
        """Put an event into the outbox of everybody who wants to know of it and may see the record.

        :param str event: one of ``EVENTS``
        :param record: ``customer.file`` or ``customer.file.request``
        :param version: the new version, if there is one
        :param str mark: what makes the event unique, if it is no version
        """
        # sudo: the mail is for others, who may or may not see the record; that is asked for each of them
        record_sudo = record.sudo()
        if not record_sudo.commercial_partner_id or record_sudo.project_id.is_template:
            return
        if self.env.context.get('customer_project_quiet'):
            return
        mark = mark or (f'v{version.number}' if version else f'{record_sudo.state}-{fields.Datetime.now()}')
        roles = self._roles(event, record_sudo)
        roles.pop(self.env.uid, None)
        modes = self.env['customer.file.preference']._modes(event, roles)
        users = self.env['res.users'].sudo().browse(
            [user for user, mode in modes.items() if mode != 'off'])
        users = record._users_who_may_see(users)
        self._insert([(user.id, event, modes[user.id], record._name, record.id, mark) for user in users])
        if any(modes[user.id] == 'once' for user in users):
            self._wake()

    @api.model
    def _insert(self, rows):
        if rows:
            self.env.execute_query(SQL(
                'INSERT INTO customer_file_event (user_id, event, mode, res_model, res_id, mark, state, create_uid,'
                ' create_date) VALUES %s ON CONFLICT DO NOTHING RETURNING id',
                SQL(', ').join(SQL("(%s, %s, %s, %s, %s, %s, 'waiting', %s, now() at time zone 'UTC')",
                                   *row, self.env.uid) for row in rows)))

    @api.model
    def _roles(self, event, record_sudo):
        """Return ``{id of a user: role}`` of those who could be told."""
        env = record_sudo.env
        roles = {}
        if event == 'upload':
            for user in self._staff(record_sudo):
                roles[user.id] = 'staff'
        else:
            for access in env['customer.access'].search(
                    [('customer_id', '=', record_sudo.commercial_partner_id.id), ('state', '=', 'activated')]):
                roles[access.user_id.id] = 'access_all' if access.scope == 'all' else 'access'
        if event == 'upload':
            manager = record_sudo.project_id.user_id | record_sudo.request_id.user_id
            roles.update({user.id: 'manager' for user in manager})
        return roles

    @api.model
    def _staff(self, record_sudo):
        """Return the specialists who administer the customer or process the project today."""
        env, period = record_sudo.env, record_sudo._period_domain()
        return env['customer.administrator'].search(
            period & Domain('customer_id', '=', record_sudo.commercial_partner_id.id)).user_id | env[
            'customer.processor'].search(
            period & Domain('res_model', '=', 'project.project') & Domain('res_id', '=', record_sudo.project_id.id)
        ).user_id

    @api.model
    def _wake(self):
        """Let the job run once after this transaction."""
        pending = self.env.cr.precommit.data
        if not pending.get('customer_project.events'):
            pending['customer_project.events'] = True
            # sudo: the job belongs to the system
            self.env.ref('customer_project.ir_cron_send_customer_file_event').sudo()._trigger()

    # ------------------------------------------------------------------
    # Out
    # ------------------------------------------------------------------

    @api.model
    def _cron_send(self):
        """Mail what is to be told at once."""
        self._send('once')

    @api.model
    def _cron_digest(self):
        """Mail the digests."""
        self._send('digest')

    @api.model
    def _send(self, mode):
        """Make one mail for each person out of the waiting rows of a mode.

        Rows are locked, and marked in the transaction that queues the mail: two jobs send nothing twice.
        """
        self.flush_model()
        rows = self.env.execute_query(SQL(
            "SELECT id FROM customer_file_event WHERE state = 'waiting' AND mode = %s ORDER BY id LIMIT %s"
            ' FOR UPDATE SKIP LOCKED', mode, BATCH))
        events = self.browse([row[0] for row in rows])
        for user, mine in events.grouped('user_id').items():
            mine._mail_to(user)
        if len(rows) == BATCH:
            self._wake() if mode == 'once' else self.env.ref(
                'customer_project.ir_cron_digest_customer_file_event')._trigger()

    def _mail_to(self, user):
        """Queue one mail about the events in ``self`` to one person, in his language."""
        lines, shown = [], self.browse()
        mine = self.with_user(user).with_context(lang=user.lang, allowed_company_ids=user.sudo().company_ids.ids)
        labels = dict(self._fields['event']._description_selection(mine.env))
        for event in self:
            record = mine.env[event.res_model].browse(event.res_id).exists()
            if user.active and record and record.has_access('read'):
                lines.append((labels[event.event], record, event._text(record)))
                shown |= event
        shown.state = 'sent'
        (self - shown).state = 'dropped'
        if lines and user.partner_id.email:
            self._queue_mail(user, mine.env, lines)

    def _text(self, record):
        """Return what a mail says about the event beside the name of the record."""
        record_sudo = record.sudo()
        if record._name == 'customer.file.request':
            if record_sudo.state == 'returned':
                return record_sudo.reason or ''
            if record_sudo.date_due:
                return record.env._('due on %s', record.env['ir.qweb.field.date'].value_to_html(
                    record_sudo.date_due, {}))
        return record_sudo.project_id.name

    @api.model
    def _queue_mail(self, user, env, lines):
        """Write the mail.

        :param lines: list of ``(kind of event, record, text)``
        """
        base = self.browse().get_base_url()
        body = Markup('<p>%s</p><ul>%s</ul><p style="color: #666">%s</p>') % (
            env._('Hello %s,', user.name),
            Markup('').join(Markup('<li>%s: <a href="%s">%s</a><br/><small>%s</small></li>') % (
                label, self._link(base, user, record), record.name, text) for label, record, text in lines),
            Markup('<a href="%s">%s</a>') % (
                urljoin(base, '/my/files/notifications'), env._('Choose which mails you get')))
        subject = env._('%(kind)s: %(name)s', kind=lines[0][0], name=lines[0][1].name) if len(lines) == 1 else (
            env._('%s news about your files', len(lines)))
        company = lines[0][1].sudo().company_id or user.company_id
        self.env['mail.mail'].with_user(SUPERUSER_ID).create({
            'subject': ' '.join(subject.split()), 'body_html': body, 'recipient_ids': [fields.Command.link(
                user.partner_id.id)],
            'author_id': company.partner_id.id, 'email_from': company.email_formatted or user.email_formatted,
            'auto_delete': True, 'model': lines[0][1]._name if len(lines) == 1 else False,
            'res_id': lines[0][1].id if len(lines) == 1 else False,
            'headers': repr({'Auto-Submitted': 'auto-generated', 'X-Auto-Response-Suppress': 'All'})})
        self.env.ref('mail.ir_cron_mail_scheduler_action').sudo()._trigger()

    @api.model
    def _link(self, base, user, record):
        if user._is_internal():
            return urljoin(base, f'/odoo/{record._name}/{record.id}')
        return urljoin(base, record.access_url)

    @api.autovacuum
    def _gc_events(self):
        self.search([('state', '!=', 'waiting'), (
            'create_date', '<', fields.Datetime.now() - timedelta(days=KEEP_DAYS))]).unlink()
