{
    'name': 'Customer Helpdesk: website',
    'version': '19.0.0.1.0',
    'category': 'Services/Customer Services',
    'summary': 'Visitors of the website ask without a login; published pages are suggested while somebody asks',
    'author': 'Customer Services contributors',
    'license': 'LGPL-3',
    'depends': ['customer_helpdesk', 'website'],
    'auto_install': True,
    'data': [
        'data/website_menu_data.xml',
        'views/customer_ticket_views.xml',
        'views/customer_ticket_team_views.xml',
        'views/website_templates.xml',
        'views/portal_templates.xml',
    ],
    'demo': ['demo/customer_helpdesk_website_demo.xml'],
    'assets': {
        'web.assets_frontend': [
            'customer_helpdesk_website/static/src/scss/support.scss',
            'customer_helpdesk_website/static/src/suggestions/**/*',
        ],
        'web.assets_tests': ['customer_helpdesk_website/static/tests/tours/**/*'],
    },
}
