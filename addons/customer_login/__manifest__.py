{
    'name': 'Customer Services: login',
    'version': '19.0.0.1.0',
    'category': 'Services/Customer Services',
    'summary': 'Forced TLS, guessing stopped on all workers, password by mail without telling who is known, devices',
    'author': 'Customer Services contributors',
    'license': 'LGPL-3',
    'depends': [
        'customer_services', 'auth_signup', 'auth_totp_mail', 'auth_totp_portal', 'auth_passkey_portal', 'auth_timeout'],
    'data': [
        'security/ir.model.access.csv',
        'data/customer_login_data.xml',
        'views/customer_login_event_views.xml',
        'views/res_config_settings_views.xml',
        'views/portal_security_templates.xml',
        'views/login_templates.xml',
        'views/menus.xml',
    ],
    'demo': ['demo/customer_login_demo.xml'],
}
