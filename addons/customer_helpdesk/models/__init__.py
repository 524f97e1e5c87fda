from . import customer_ticket_stage
from . import customer_ticket_team
from . import customer_ticket_type
from . import customer_ticket_tag
from . import customer_ticket
from . import customer_ticket_mail
from . import rating_rating
