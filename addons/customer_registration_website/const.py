"""Names that several files share."""

#: where the forms of policies are
FORM_URL = '/register/'
