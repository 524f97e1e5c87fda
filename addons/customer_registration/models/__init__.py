from . import (
    customer_registration,
    customer_registration_field,
    customer_registration_policy,
    customer_registration_proof,
    customer_registration_quota,
    res_users,
)
