"""Issue 8.9: reminders while the worker that sends them is killed."""

import asyncio
import contextlib
import os
import signal
import threading

from aiosmtpd.controller import Controller

from tools.testing_odoo import LOG_DIR, free_port, odoo_command, start, stop

WAIT = 120  # seconds
MAKE = """
from datetime import timedelta
from odoo import fields
partner = env['res.users'].search([('login', '=', 'anna')]).partner_id
desk = env['resource.resource'].create({'name': 'Desk', 'resource_type': 'material', 'calendar_id': False, 'tz': 'UTC'})
kind = env['customer.appointment.type'].create({
    'name': 'KILLED', 'company_id': False, 'line_ids': [(0, 0, {'resource_id': desk.id})],
    'reminder_ids': [(0, 0, {'channel': 'email', 'hours': 24})]})
appointment = env['customer.appointment'].with_context(tracking_disable=True).create({
    'type_id': kind.id, 'partner_id': partner.id, 'start': fields.Datetime.now() + timedelta(hours=30)})
env.cr.commit()
"""
# due only now: the job of the running server must not be faster
DUE = """
from odoo import fields
env['customer.appointment.notice'].search([('appointment_id.name', '=', 'KILLED')]).due = fields.Datetime.now()
"""
SEND = """
env['customer.appointment.notice']._cron_send()
"""


class SlowServer:
    """A mail server that takes a message and then lets the client wait for the answer."""

    def __init__(self):
        self.taken = []
        self.arrived = threading.Event()
        self.release = threading.Event()
        self.controller = Controller(self, hostname='127.0.0.1', port=free_port(), ready_timeout=30)

    async def handle_DATA(self, server, session, envelope):  # noqa: N802 - aiosmtpd's name
        self.taken.append(envelope.content)
        self.arrived.set()
        while not self.release.is_set():
            await asyncio.sleep(0.1)
        return '250 OK'


def run_shell(outside, script, port, log):
    """Start Odoo's shell with a script; return its Popen."""
    log_path = LOG_DIR / f'reminders_{log}.log'
    script_path = LOG_DIR / f'reminders_{log}.py'
    script_path.write_text(script)
    argv = odoo_command(outside.cluster, outside.database, '--no-http', '--shell-interface=python', sub='shell')
    with script_path.open() as lines:
        return start(argv, log_path, stdin=lines, environ={
            **outside.cluster.environ(), 'CUSTOMER_LOCAL_SMTP_PORT': str(port)})


def state(outside):
    return outside.query("""
        SELECT n.state FROM customer_appointment_notice n JOIN customer_appointment a ON a.id = n.appointment_id
         WHERE a.name = 'KILLED'""")


def test_killed_while_it_sends(outside):
    """Issue 8.9: killed after the mail left and before that was stored, the reminder is not sent a second time."""
    server = SlowServer()
    server.controller.start()
    try:
        process = run_shell(outside, MAKE, server.controller.port, 'make')
        assert process.wait(WAIT) == 0
        assert state(outside) == [('waiting',)]
        process = run_shell(outside, DUE + SEND, server.controller.port, 'killed')
        assert server.arrived.wait(WAIT), 'no mail left'
        assert state(outside) == [('sending',)], 'the claim is committed before anything leaves'
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        server.release.set()
        process = run_shell(outside, SEND, server.controller.port, 'again')
        assert process.wait(WAIT) == 0
        assert len(server.taken) == 1
        assert state(outside) == [('sending',)]
    finally:
        with contextlib.suppress(ProcessLookupError):
            stop(process)
        server.release.set()
        server.controller.stop()
