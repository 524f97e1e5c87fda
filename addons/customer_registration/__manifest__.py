{
    'name': 'Customer Services: registration',
    'version': '19.0.0.1.0',
    'category': 'Services/Customer Services',
    'summary': 'Customers register themselves: policies, forms, proofs by e-mail, SMS and administrator',
    'author': 'Customer Services contributors',
    'license': 'LGPL-3',
    'depends': ['customer_services', 'auth_signup'],
    'data': [
        'security/ir.model.access.csv',
        'security/rules.xml',
        'data/customer_registration_data.xml',
        'wizards/customer_registration_answer_views.xml',
        'views/customer_registration_policy_views.xml',
        'views/customer_registration_views.xml',
        'views/registration_templates.xml',
        'views/menus.xml',
    ],
    'demo': ['demo/customer_registration_demo.xml'],
    'assets': {
        'web.assets_frontend': ['customer_registration/static/src/scss/**/*'],
    },
}
