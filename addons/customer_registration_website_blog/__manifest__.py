{
    'name': 'Customer registration: blog',
    'version': '19.0.0.1.0',
    'category': 'Services/Customer Services',
    'summary': 'A registration policy for those who comment, and blogs for user groups only',
    'author': 'Customer Services contributors',
    'license': 'LGPL-3',
    'depends': ['customer_registration_website', 'website_blog'],
    'auto_install': True,
    'data': [
        'security/rules.xml',
        'views/blog_blog_views.xml',
    ],
    'demo': ['demo/customer_registration_website_blog_demo.xml'],
}
