{
    'name': 'Customer RMA: store credit',
    'version': '19.0.0.1.0',
    'category': 'Services/Customer Services',
    'summary': 'Customers get a gift card instead of their money back',
    'author': 'Customer Services contributors',
    'license': 'LGPL-3',
    'depends': ['customer_rma', 'sale_loyalty'],
    'auto_install': True,
    'data': [
        'data/mail_template_data.xml',
        'views/customer_rma_views.xml',
        'views/customer_rma_rule_views.xml',
        'views/res_config_settings_views.xml',
        'views/portal_templates.xml',
    ],
    'demo': ['demo/customer_rma_loyalty_demo.xml'],
}
