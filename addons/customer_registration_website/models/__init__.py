from . import (
    customer_group,
    customer_registration,
    customer_registration_policy,
    customer_visible_mixin,
    ir_ui_view,
    website_page,
    website_snippet_filter,
)
