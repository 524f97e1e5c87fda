from . import account_analytic_line
from . import customer_ticket
from . import customer_ticket_team
