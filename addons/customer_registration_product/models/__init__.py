from . import customer_registration, customer_registration_policy
