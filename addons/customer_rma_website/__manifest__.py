{
    'name': 'Customer RMA: withdrawal on the website',
    'version': '19.0.0.1.0',
    'category': 'Services/Customer Services',
    'summary': 'Consumers withdraw from a contract on a public page, without login and without a reason',
    'author': 'Customer Services contributors',
    'license': 'LGPL-3',
    'depends': ['customer_rma', 'website'],
    'auto_install': True,
    'data': [
        'security/ir.model.access.csv',
        'security/rules.xml',
        'data/mail_template_data.xml',
        'views/customer_withdrawal_views.xml',
        'views/withdrawal_templates.xml',
        'views/portal_templates.xml',
    ],
    'demo': ['demo/customer_rma_website_demo.xml'],
}
