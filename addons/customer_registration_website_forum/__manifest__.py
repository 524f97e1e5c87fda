{
    'name': 'Customer registration: forum',
    'version': '19.0.0.1.0',
    'category': 'Services/Customer Services',
    'summary': 'A registration policy for those who take part, and forums for user groups only',
    'author': 'Customer Services contributors',
    'license': 'LGPL-3',
    'depends': ['customer_registration_website', 'website_forum'],
    'auto_install': True,
    'data': [
        'security/rules.xml',
        'views/forum_forum_views.xml',
    ],
    'demo': ['demo/customer_registration_website_forum_demo.xml'],
}
