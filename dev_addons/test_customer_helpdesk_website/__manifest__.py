{
    'name': 'Customer Helpdesk, website: tests with other addons',
    'version': '19.0.0.1.0',
    'category': 'Hidden',
    'summary': 'Tests suggested answers with blog and forum; never installed in production',
    'author': 'Customer Services contributors',
    'license': 'LGPL-3',
    'depends': ['customer_helpdesk_website', 'website_blog', 'website_forum'],
}
