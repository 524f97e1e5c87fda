"""Limits of the public booking page."""

#: minutes in which a visitor has to open the link in his mail
PROOF_MINUTES = 60
#: name of the form for ``customer.visit``
FORM = 'customer_agenda_website'
#: bookings a day from one network, and mails to one e-mail address: nobody floods us or somebody else
CAPS = {'network': 20, 'address': 3}
CAP_HOURS = 24
#: bookings of one type that wait for their visitors at the same time: nobody blocks the calendar
UNPROVEN_PER_TYPE = 10
#: days after which a booking that nobody confirmed is deleted, with what was typed
KEPT_DAYS = 1
MAX_NAME = 120
MAX_EMAIL = 200
MAX_PHONE = 40
