from . import customer_authorise_wizard
from . import customer_explain_wizard
from . import base_partner_merge
