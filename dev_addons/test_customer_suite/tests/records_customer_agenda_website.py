"""Records of ``customer_agenda_website`` for the matrix."""

DOCUMENTS = {}
VALUES = {}


def names(test):
    """Return nothing: no address names a record of this addon."""
    return {}
