from . import customer_appointment
from . import customer_ticket
