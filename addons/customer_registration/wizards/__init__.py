from . import customer_registration_answer
