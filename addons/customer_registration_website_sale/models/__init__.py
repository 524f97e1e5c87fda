from . import (
    customer_registration_policy,
    product_product,
    product_public_category,
    product_template,
    website,
)
