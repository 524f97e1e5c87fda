"""Appointments in the databases of scripts/bench; runs inside Odoo's shell.

One type that 50 members of staff take, their events in Odoo's calendar (five a ticket of the size), and 41 appointments of
the probe.
"""

import contextlib
from datetime import datetime, time, timedelta

from psycopg2.errors import InsufficientPrivilege

from odoo.tools import SQL

RESOURCES, APPOINTMENTS = 50, 41
EVENTS_PER_TICKET = 5
NAME = 'Bench consultation'


def make(env, tickets):
    """Make everything for a database with so many tickets."""
    env = env(context=dict(env.context, tracking_disable=True, no_reset_password=True))
    users = env['res.users'].create([{
        'name': f'Adviser {number}', 'login': f'adviser{number}@bench', 'tz': 'Europe/Berlin',
        'group_ids': [(6, 0, env.ref('base.group_user').ids)]} for number in range(RESOURCES)])
    calendar = env.company.resource_calendar_id
    resources = env['resource.resource'].create([{
        'name': user.name, 'user_id': user.id, 'calendar_id': calendar.id, 'tz': 'Europe/Berlin'} for user in users])
    kind = env['customer.appointment.type'].create({
        'name': NAME, 'duration': 60, 'interval': 30, 'notice_hours': 0, 'company_id': False, 'tz': 'Europe/Berlin',
        'line_ids': [(0, 0, {'resource_id': resource.id}) for resource in resources]})
    probe = env['res.users'].search([('login', '=', 'bench_probe')])
    day = datetime.combine(datetime.today() + timedelta(days=40), time(9))
    env['customer.appointment'].create([{
        'type_id': kind.id, 'partner_id': probe.partner_id.id, 'start': day + timedelta(days=number), 'tz': 'Europe/Berlin'}
        for number in range(APPOINTMENTS)])
    _events(env, users.partner_id, tickets * EVENTS_PER_TICKET)
    env.cr.commit()


def _events(env, partners, count):
    """Copy one event ``count`` times, over a year on both sides of today, by turns to the partners."""
    pattern = env['calendar.event'].with_context(no_mail_to_attendees=True, dont_notify=True).create({
        'name': 'Busy', 'start': '2020-01-01 09:00:00', 'stop': '2020-01-01 10:00:00', 'partner_ids': [(6, 0, partners[:1].ids)]})
    env.flush_all()
    columns = [name for name, in env.execute_query(SQL(
        "SELECT column_name FROM information_schema.columns WHERE table_name = 'calendar_event'"
        " AND table_schema = current_schema AND column_name NOT IN ('id', 'start', 'stop', 'access_token')"))]
    _triggers_off(env)
    copied = SQL(', ').join(SQL.identifier(name) for name in columns)
    env.cr.execute(SQL(
        """WITH made AS (
               INSERT INTO calendar_event (%(columns)s, start, stop)
               SELECT %(columns)s, moment, moment + interval '30 minutes' FROM calendar_event, LATERAL (
                   SELECT date_trunc('hour', now() AT TIME ZONE 'utc' - interval '1 year')
                        + interval '2 years' * n / %(count)s AS moment FROM generate_series(1, %(count)s) n) times
                WHERE id = %(pattern)s RETURNING id)
           INSERT INTO calendar_event_res_partner_rel (calendar_event_id, res_partner_id)
           SELECT id, (%(partners)s)[1 + id %% %(resources)s] FROM made""",
        columns=copied, count=count, pattern=pattern.id, partners=partners.ids, resources=len(partners)))


def _triggers_off(env):
    """Switch off foreign keys for this transaction; a user who may not do that seeds slower."""
    with contextlib.suppress(InsufficientPrivilege), env.cr.savepoint():
        env.cr.execute('SET LOCAL session_replication_role = replica', log_exceptions=False)
