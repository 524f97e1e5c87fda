from . import customer_appointment_quota
from . import customer_appointment_type
from . import customer_appointment
