from . import account_move
from . import customer_ticket
from . import sale_order
