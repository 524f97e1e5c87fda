"""Records of ``customer_helpdesk_rma`` for the matrix: it has neither models nor routes of its own."""

DOCUMENTS = {}
VALUES = {}


def names(test):
    """Return nothing: the addresses are those of tickets."""
    return {}
