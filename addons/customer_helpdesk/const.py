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
