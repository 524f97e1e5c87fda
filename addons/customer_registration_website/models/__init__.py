from . import (
    customer_group,
    customer_registration,
    customer_registration_policy,
    customer_visible_mixin,
    ir_ui_view,
    res_users,
    website_snippet_filter,
)
