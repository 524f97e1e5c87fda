from . import customer_appointment_type
from . import customer_appointment
from . import payment_transaction
from . import sale_order
