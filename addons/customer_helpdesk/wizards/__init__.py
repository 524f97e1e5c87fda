from . import customer_ticket_merge_wizard
from . import customer_ticket_split_wizard
from . import mail_compose_message
