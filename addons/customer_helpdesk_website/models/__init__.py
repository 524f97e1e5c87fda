from . import customer_ticket
from . import customer_ticket_team
from . import website
from . import website_menu
