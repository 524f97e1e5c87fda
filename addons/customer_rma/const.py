"""Names that several files share."""

GROUP_USER = 'customer_rma.group_customer_rma_user'
GROUP_APPROVER = 'customer_rma.group_customer_rma_approver'
GROUP_MANAGER = 'customer_rma.group_customer_rma_manager'

KINDS = [('return', 'Return'), ('claim', 'Claim'), ('withdrawal', 'Withdrawal')]
STATES = [
    ('requested', 'Requested'),
    ('review', 'In review'),
    ('approved', 'Approved'),
    ('transit', 'On its way'),
    ('received', 'Received'),
    ('inspected', 'Inspected'),
    ('resolved', 'Resolved'),
    ('rejected', 'Rejected'),
    ('cancelled', 'Cancelled'),
    ('expired', 'Expired'),
]
#: from which states a return may get into a state: the one gate
ALLOWED = {
    'review': ('requested',),
    'approved': ('requested', 'review'),
    'transit': ('approved',),
    'received': ('approved', 'transit'),
    'inspected': ('received',),
    'resolved': ('approved', 'transit', 'received', 'inspected'),
    'rejected': ('requested', 'review'),
    'cancelled': ('requested', 'review', 'approved'),
    'expired': ('approved',),
}
#: nothing happens any more, and nothing is held back for these
DEAD_STATES = ('rejected', 'cancelled', 'expired')
CLOSED_STATES = ('resolved', *DEAD_STATES)
#: goods may be sent back and money may flow
RUNNING_STATES = ('approved', 'transit', 'received', 'inspected')
#: of these, goods are on their way or there
ARRIVING_STATES = RUNNING_STATES[1:]
#: states of invoices and credit notes on which nothing is open any more
SETTLED = ('paid', 'in_payment', 'reversed')
#: colours of the states in the portal (Bootstrap); what is not named is grey
STATE_COLORS = {
    'requested': 'info', 'review': 'info', 'approved': 'primary', 'transit': 'primary', 'received': 'primary',
    'inspected': 'primary', 'resolved': 'success', 'rejected': 'danger', 'cancelled': 'secondary',
    'expired': 'secondary',
}
RESOLUTIONS = [('refund', 'Refund'), ('replace', 'Replacement'), ('exchange', 'Other product')]
DECISIONS = [('approve', 'Approve'), ('review', 'Review by staff'), ('refuse', 'Refuse')]
TRIGGERS = [
    ('approval', 'Approval'), ('scan', 'Carrier scan'), ('receipt', 'Receipt'), ('inspection', 'Inspection')]
WINDOW_STARTS = [('delivery', 'Delivery'), ('order', 'Order'), ('invoice', 'Invoice')]
#: order of the triggers: the last one of several rules decides for the whole return
TRIGGER_ORDER = ('approval', 'scan', 'receipt', 'inspection')
#: fields of a line that a customer gives
CUSTOMER_LINE_FIELDS = frozenset({'move_id', 'quantity', 'reason_id', 'resolution', 'exchange_product_id', 'lot_ids'})
MAX_TEXT = 5000
MAX_LINES = 200
#: no line asks for as much
MAX_QUANTITY = 10**9
#: serial numbers or lots of one line of a request
MAX_LOTS = 1000
#: orders of one return
MAX_ORDERS = 50
#: orders on one page of those to choose from
ORDERS_PAGE = 20
MAX_TRACKING = 60
#: other variants of a product that a customer may choose from
MAX_VARIANTS = 50
#: key of the context with the files of a new return: a list of (name, bytes), which no RPC can send
FILES_KEY = 'customer_rma_files'
#: key of the context while credit notes are made: new lines keep the invoice line that they reverse
REVERSAL_KEY = 'customer_rma_reversal'

JOB_KINDS = [
    ('decide', 'Decide'), ('mail', 'Send a mail'), ('return', 'Expect the goods'), ('receipt', 'Take note of a receipt'),
    ('label', 'Get a label'), ('refund', 'Credit and replace'), ('gateway', 'Refund by the payment provider'),
    ('store', 'Put graded goods away'), ('release', 'Ship what was paid'),
    ('undo', 'Pay back what was cancelled'), ('close', 'Close')]
#: key of the context with which a carrier is asked for a label: the same text is the same label
LABEL_KEY = 'customer_rma_label_key'
LABEL_SOURCES = [('none', 'None'), ('pool', 'Uploaded labels'), ('carrier', 'Carrier')]
JOB_STATES = [
    ('todo', 'To do'), ('sending', 'Sending'), ('waiting', 'Waiting for the provider'), ('done', 'Done'),
    ('failed', 'Failed')]
MAX_TRIES = 5
#: minutes until a job that failed is tried again, by the number of failed tries
RETRY_MINUTES = (5, 30, 120, 480)
#: jobs of one run of the cron
BATCH = 100
