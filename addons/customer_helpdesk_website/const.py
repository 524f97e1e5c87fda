"""Names that several files share."""

#: context key: the ``website`` whose visitor asks, a record: no RPC can send it
WEBSITE_KEY = 'customer_ticket_website'
#: address of the form, also that of its menu
SUPPORT_URL = '/support/new'
#: action by which Odoo's captcha knows the form
CAPTCHA_ACTION = 'customer_support'
MAX_NAME = 100
MAX_EMAIL = 254  # RFC 5321
#: name of the form for ``customer.visit``
FORM = 'customer_helpdesk_website'
#: requests within an hour: from one network, with one address, altogether
CAPS = {'network': 10, 'address': 5, 'total': 300}

#: what is suggested, the best last resort last: type of Odoo's website search, whether the text is searched too
SUGGESTED = (('forum_posts_only', True), ('blog_posts_only', True), ('products_only', False))
MAX_SUGGESTIONS = 5
#: characters of what is typed that are looked at, the shortest word, and how many of the longest words are searched
MAX_QUERY = 200
MIN_WORD = 3
MAX_WORDS = 4
#: how much more a word counts in a title, and the part of the best score that a page needs to be shown
TITLE_WEIGHT = 3
MIN_SCORE = 0.2
#: hits of one word in one kind of pages
MAX_HITS = 20
