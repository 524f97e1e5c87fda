from . import customer_appointment_type
from . import customer_appointment
