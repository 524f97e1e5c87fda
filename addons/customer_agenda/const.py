"""Names that several files share."""

STATES = [
    ('offered', 'Offered'),
    ('requested', 'To be confirmed'),
    ('confirmed', 'Confirmed'),
    ('done', 'Took place'),
    ('no_show', 'Not attended'),
    ('cancelled', 'Cancelled'),
]
#: states in which the appointment is still to come
OPEN_STATES = ('offered', 'requested', 'confirmed')
#: states in which nobody else gets the time
HOLDING_STATES = ('offered', 'requested', 'confirmed', 'done', 'no_show')
#: what a customer may write as note, answer or reason
MAX_TEXT = 2000
MAX_GUESTS = 20
#: free slots that are named when a slot is taken
NEXT_SLOTS = 5

#: context key: the state moves through the gate
GATE_KEY = 'customer_agenda_gate'
#: context key: the resources that may take a new appointment, best first
CANDIDATES_KEY = 'customer_agenda_candidates'
#: context key: the change comes from the event in Odoo's calendar, or goes to it
SYNC_KEY = 'customer_agenda_sync'

REMINDER_CHANNELS = [('email', 'E-mail'), ('sms', 'SMS')]
REMINDER_CHOICES = [
    ('email', 'By e-mail'),
    ('sms', 'By SMS'),
    ('both', 'By e-mail and SMS'),
    ('none', 'No reminders'),
]
