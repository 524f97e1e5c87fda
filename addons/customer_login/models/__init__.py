from . import (
    customer_email_change,
    customer_login_event,
    customer_login_guard,
    customer_reset_request,
    ir_http,
    res_config_settings,
    res_users,
)
