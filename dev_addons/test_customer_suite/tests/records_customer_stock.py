"""Records of ``customer_stock`` for the matrix: it has neither models nor addresses of its own."""

DOCUMENTS = {}
VALUES = {}


def names(test):
    """Return nothing: no address names a record of this addon."""
    return {}
