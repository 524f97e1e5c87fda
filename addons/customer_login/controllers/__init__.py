from . import invitation, login, security
