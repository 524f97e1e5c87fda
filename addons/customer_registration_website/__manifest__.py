{
    'name': 'Customer registration: website',
    'version': '19.0.0.1.0',
    'category': 'Services/Customer Services',
    'summary': 'Registration policies of a website, forms in its menu, pages for user groups only',
    'author': 'Customer Services contributors',
    'license': 'LGPL-3',
    'depends': ['customer_registration', 'website'],
    'auto_install': True,
    'data': [
        'views/customer_registration_policy_views.xml',
        'views/website_page_views.xml',
        'views/website_templates.xml',
    ],
    'demo': ['demo/customer_registration_website_demo.xml'],
    'uninstall_hook': 'uninstall_hook',
}
