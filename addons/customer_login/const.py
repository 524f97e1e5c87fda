"""Limits and names that several files share."""
from typing import NamedTuple


class Limits(NamedTuple):
    """How many failures a scope bears within ``minutes``; None is no limit.

    ``pair``: of one account from one address (or trusted device), ``source``: of one address, whatever the account,
    ``account``: of one account from all addresses together.
    """

    pair: int | None
    source: int | None
    account: int | None
    minutes: int


#: what each scope bears, unless the settings say otherwise (login only)
LIMITS = {
    'login': Limits(5, 50, 10, 15),
    'identity': Limits(5, 50, None, 15),
    'reset': Limits(3, 20, 5, 60),
    'signup': Limits(5, 20, None, 60),
    'code': Limits(None, 30, None, 15),
    'link': Limits(None, 100, None, 15),
    'key': Limits(None, 50, None, 15),
}
#: wrong passwords that a trusted device may try for its own account within the minutes of the scope
DEVICE_LIMIT = 10
#: seconds between two guesses by RPC at an account that is under attack
ATTACK_SECONDS = 30
#: days for which a device is trusted after a login, and for which attempts are kept
DEVICE_DAYS = 90
RETENTION_DAYS = 30
DEVICE_COOKIE = 'customer_device'
#: hours of a session of a customer, and of a link that confirms a new e-mail address
SESSION_HOURS = 12
EMAIL_HOURS = 24
#: shortest and longest password that may be chosen
MIN_PASSWORD = 10
MAX_PASSWORD = 1000
#: seconds for which browsers remember that only https works
HSTS_SECONDS = 31536000
#: addresses that answer by plain http too, for checks from inside
PLAIN_PATHS = ('/web/health',)
