"""Names that several files share."""

#: what a stage means for the customer; the order is that of the life of a ticket
STATES = [
    ('new', 'New'),
    ('open', 'In progress'),
    ('waiting', 'Waiting for the customer'),
    ('closed', 'Solved'),
    ('cancelled', 'Cancelled'),
]
#: states in which nobody has anything to do any more
DONE_STATES = ('closed', 'cancelled')
PRIORITIES = [('0', 'Normal'), ('1', 'High'), ('2', 'Urgent')]
MAX_SUBJECT = 200
#: characters that a customer may write in one text
MAX_TEXT = 20000

#: context key: ``(name, bytes)`` of the files that belong to the text of a new ticket
FILES_KEY = 'customer_ticket_files'
#: context key: the mail gateway posts the text of the new ticket itself
GATEWAY_KEY = 'customer_ticket_gateway'
#: context key: the :class:`~.incoming.IncomingMail` that is being processed
MAIL_KEY = 'customer_ticket_incoming'
#: context key: mails are made now, because this is the job that makes them
ADDRESSING_KEY = 'customer_ticket_addressing'
#: context key: ids of the only contacts who get the message, whatever suppressed it before
ONLY_TO_KEY = 'customer_ticket_only_to'

#: why a mail was not sent
REASONS = [
    ('automatic', 'Answer to a robot'),
    ('own_address', 'Our own address'),
    ('no_reply', 'Nobody reads this address'),
    ('cap_address', 'Too many mails to this address'),
    ('cap_ticket', 'Too many mails about this ticket'),
    ('bounced', 'Mails to this address come back'),
]
#: why an incoming mail counts as written by a robot
AUTOMATIC = [
    ('auto_submitted', 'Auto-Submitted'),
    ('precedence', 'Precedence'),
    ('suppress', 'X-Auto-Response-Suppress'),
    ('null_path', 'Empty Return-Path'),
    ('autoreply', 'Autoresponder'),
]
#: automatic mails to one address in an hour
DEFAULT_CAP_ADDRESS = 10
#: automatic mails, or mails caused by incoming mail, about one ticket in an hour
DEFAULT_CAP_TICKET = 20
#: bounces in a row after which an address gets no automatic mail any more
MAX_BOUNCES = 3
