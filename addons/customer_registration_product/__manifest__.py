{
    'name': 'Customer registration: pricelist',
    'version': '19.0.0.1.0',
    'category': 'Services/Customer Services',
    'summary': 'A registration policy gives the new customer a pricelist',
    'author': 'Customer Services contributors',
    'license': 'LGPL-3',
    'depends': ['customer_registration', 'product'],
    'auto_install': True,
    'data': [
        'views/customer_registration_policy_views.xml',
    ],
}
