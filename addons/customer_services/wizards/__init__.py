from . import customer_authorise_wizard
from . import customer_explain_wizard
