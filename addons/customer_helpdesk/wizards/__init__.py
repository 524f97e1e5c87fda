from . import customer_ticket_merge_wizard
from . import customer_ticket_split_wizard
