"""Names and limits that several files share."""

#: each proof has the state in which a registration waits for it
STATES = [
    ('new', 'New'), ('email', 'Verify e-mail'), ('phone', 'Verify phone'), ('admin', 'Await administrator'),
    ('active', 'Active'), ('rejected', 'Rejected'), ('expired', 'Expired')]
OPEN_STATES = ('new', 'email', 'phone', 'admin')
#: partner fields that a form may ask for, beside name and e-mail, which each form has
PARTNER_FIELDS = ('phone', 'street', 'street2', 'zip', 'city', 'country_id', 'vat', 'website', 'function')
#: wrong codes after which a code is void; minutes after which it is; codes sent for one registration; seconds between two
MAX_TRIES = 5
CODE_MINUTES = 10
MAX_CODES = 5
CODE_SECONDS = 60
#: registrations that one address may send within an hour, mails to one mailbox an hour, SMS to one number a day, to
#: one country an hour
PER_ADDRESS = 10
PER_MAILBOX = 3
PER_NUMBER = 5
PER_COUNTRY = 50
MAX_TEXT = 1000
#: how long what each form asks for may be; everything else: MAX_TEXT
LIMITS = {'name': 120, 'company_name': 120, 'email': 200, 'phone': 40}
