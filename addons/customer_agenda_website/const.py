"""Limits of the public booking page."""

#: minutes in which a visitor has to open the link in his mail
PROOF_MINUTES = 60
#: bookings a day from one address of the network, and mails to one e-mail address: nobody floods us or somebody else
PER_NETWORK = 20
PER_EMAIL = 3
#: bookings of one type that wait for their visitors at the same time: nobody blocks the calendar
UNPROVEN_PER_TYPE = 10
#: a form that is sent faster was filled by a program (seconds; parameter ``customer_agenda_website.min_seconds``)
MIN_SECONDS = 3
#: a form that is older was kept for later
MAX_SECONDS = 24 * 3600
#: days after which a booking that nobody confirmed is deleted, with what was typed
KEPT_DAYS = 1
MAX_NAME = 120
MAX_EMAIL = 200
MAX_PHONE = 40
