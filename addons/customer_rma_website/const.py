"""Names that several files share."""

#: address of the page
WITHDRAWAL_URL = '/withdrawal'
#: name of the form for ``customer.visit``
FORM = 'customer_rma_website'
#: statements within an hour: from one network, with one address, altogether
CAPS = {'network': 10, 'address': 5, 'total': 200}
#: action by which Odoo's captcha knows the form
CAPTCHA_ACTION = 'customer_withdrawal'
#: days for which the link in the mail works
LINK_DAYS = 14
#: what a consumer gives: name of the field -> how long it may be
TYPED = {'person': 100, 'email': 254, 'order_ref': 60, 'goods': 500}
