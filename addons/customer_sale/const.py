"""Names that several files share."""

#: what became of an offer, as the customer sees it
OFFER_STATES = [
    ('draft', 'In preparation'),
    ('new', 'Waiting for an answer'),
    ('accepted', 'Accepted'),
    ('rejected', 'Rejected'),
    ('expired', 'Expired'),
    ('withdrawn', 'Withdrawn'),
]
#: how far an order is, as the customer sees it
ORDER_STATES = [
    ('offer', 'Offer'),
    ('placed', 'Placed'),
    ('awaiting_payment', 'Awaiting payment'),
    ('paid', 'Paid'),
    ('reserved', 'Reserved'),
    ('backorder', 'Back order'),
    ('part_shipped', 'Partly shipped'),
    ('shipped', 'Shipped'),
    ('delivered', 'Delivered'),
    ('cancelled', 'Cancelled'),
    ('returned', 'Returned'),
    ('refunded', 'Refunded'),
]
#: colours of the states in the portal (Bootstrap); what is not named is grey
STATE_COLORS = {
    'new': 'primary', 'accepted': 'success', 'rejected': 'danger', 'expired': 'warning', 'withdrawn': 'secondary',
    'placed': 'info', 'awaiting_payment': 'warning', 'paid': 'success', 'reserved': 'info', 'backorder': 'warning',
    'part_shipped': 'info', 'shipped': 'info', 'delivered': 'success', 'cancelled': 'danger', 'returned': 'secondary',
    'refunded': 'secondary',
}
#: how an offer was answered
ANSWER_WAYS = [
    ('click', 'By click'), ('signature', 'By signature'), ('payment', 'By payment'), ('staff', 'By staff')]
#: length of a comment with a rejection
MAX_COMMENT = 2000
#: reminders that one run of the cron sends at most, over all companies
MAX_REMINDERS = 200
