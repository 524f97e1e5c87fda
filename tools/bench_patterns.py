"""The rows that scripts/bench multiplies by SQL, made by the ORM so that every column is as Odoo fills it.

Runs inside Odoo's shell; the password of every login is the login.
"""

import json

from odoo.tools import SQL

FACTS = 'bench.facts'  # ir.config_parameter that describes the data (JSON), as tools/bench_seed.py reads it
AGENTS = 5
TEXT = (
    '<p>Since the delivery last week the machine stops after a few minutes and shows a message that the manual does not'
    ' explain.</p><p>We cleaned the filter, replaced the cable and restarted it twice. Please tell us what to do.</p>'
)
ANSWER = (
    '<p>Thank you for the description. Please send us the serial number, then we can look up the firmware and tell you '
    'whether the part has to be replaced.</p>'
)


def make_stock(env):
    """Make the portal user of the database without our addons."""
    company, contact = _customer(env, 'Probe Instruments')
    _portal_user(env, 'bench_probe', contact)
    _store(env, {'customer': company.id})


def make_suite(env):
    """Make one row of everything that is multiplied, the customers that are measured, and the staff."""
    env['mail.alias.domain'].create({'name': 'bench.example.com'})  # as docs/operations.md asks for
    agents = env['res.users'].concat(*(
        _staff(env, f'bench_agent{number or ""}', 'customer_services.group_customer_services_agent')
        for number in range(AGENTS)))
    _staff(env, 'bench_manager', 'customer_services.group_customer_services_manager')
    specialist, few, many = (
        _staff(env, f'bench_{name}', 'customer_services.group_customer_services_specialist')
        for name in ('specialist', 'few', 'many'))
    teams = env['customer.ticket.team'].search([]) + env['customer.ticket.team'].create([
        {'name': 'Returns', 'company_id': False}, {'name': 'Spare parts', 'company_id': False}])
    teams.member_ids = agents
    company, contact = _customer(env, 'Customer')
    user = _portal_user(env, 'bench_customer', contact)
    ticket = _conversation(env, contact, teams[0], agents[0])
    facts = {
        'agents': agents.ids, 'teams': teams.ids, 'stages': _stages(env), 'sequence': _sequence(env),
        'overview': env.ref('customer_services.res_partner_view_list_customer').id,
        'pattern': {
            'company': company.id, 'contact': contact.id, 'user': user.id, 'ticket': ticket.id,
            'access': env['customer.access'].search([('user_id', '=', user.id)]).id,
            'messages': ticket.message_ids.ids,
            **{name: env['customer.administrator'].create({'customer_id': company.id, 'user_id': user.id}).id
               for name, user in (('administrator', specialist), ('few', few), ('many', many))},
            'processor': env['customer.processor'].create(
                {'res_model': ticket._name, 'res_id': ticket.id, 'user_id': specialist.id}).id,
        },
    }
    for key, name in (('probe', 'Probe Instruments'), ('large', 'Large Industries')):
        company, contact = _customer(env, name)
        user = _portal_user(env, f'bench_{key}', contact)
        env['customer.access'].search([('user_id', '=', user.id)]).scope = 'all'
        facts[key] = {'company': company.id, 'contact': contact.id}
    # the mails of the pattern are sent: what is sent is deleted, only the messages stay
    env.cr.execute('DELETE FROM mail_mail; DELETE FROM ir_cron_trigger')
    _store(env, facts)


def _customer(env, name):
    """Return a new company and its contact."""
    address = name.split()[0].lower()
    company = env['res.partner'].create({
        'name': name, 'is_company': True, 'email': f'info@{address}.example.com', 'city': 'Berlin', 'street': 'Weg 1',
        'zip': '10115', 'country_id': env.ref('base.de').id})
    contact = env['res.partner'].create({
        'name': f'{name} buyer', 'parent_id': company.id, 'email': f'buyer@{address}.example.com'})
    return company, contact


def _portal_user(env, login, contact):
    return env['res.users'].with_context(no_reset_password=True).create({
        'login': login, 'password': login, 'partner_id': contact.id,
        'group_ids': [(6, 0, env.ref('base.group_portal').ids)]})


def _staff(env, login, group):
    return env['res.users'].with_context(no_reset_password=True).create({
        'name': login.removeprefix('bench_').capitalize(), 'login': login, 'password': login,
        'email': f'{login}@staff.example.com',
        'group_ids': [(6, 0, [env.ref('base.group_user').id, env.ref(group).id])]})


def _conversation(env, contact, team, agent):
    """Return a ticket with its request, its acknowledgement and an answer of the staff."""
    ticket = env['customer.ticket'].create({
        'partner_id': contact.id, 'name': 'Pattern', 'description': TEXT, 'team_id': team.id, 'user_id': agent.id})
    ticket.with_user(agent).message_post(body=ANSWER, message_type='comment', subtype_xmlid='mail.mt_comment')
    return ticket


def _stages(env):
    """Return {state: id of its first stage}."""
    stages = env['customer.ticket.stage'].search([])
    return {stage.state: stage.id for stage in reversed(stages)}


def _sequence(env):
    """Return what makes the numbers of tickets: PostgreSQL's sequence with its last value, prefix and padding."""
    sequence = env['ir.sequence'].search([('code', '=', 'customer.ticket')], limit=1)
    if sequence.implementation != 'standard' or sequence.use_date_range or sequence.suffix:
        raise ValueError('scripts/bench knows the number of a ticket as prefix + padded number only')
    name = f'ir_sequence_{sequence.id:03d}'
    env.cr.execute(SQL('SELECT last_value FROM %s', SQL.identifier(name)))
    return {'name': name, 'last': env.cr.fetchone()[0], 'prefix': sequence.prefix or '', 'padding': sequence.padding}


def _store(env, facts):
    env['ir.config_parameter'].set_param(FACTS, json.dumps(facts))
    env.cr.commit()
