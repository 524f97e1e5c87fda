from . import customer_rma
from . import customer_ticket
