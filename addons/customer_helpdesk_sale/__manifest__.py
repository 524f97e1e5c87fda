{
    'name': 'Customer Helpdesk: offers, orders, invoices',
    'version': '19.0.0.1.0',
    'category': 'Services/Customer Services',
    'summary': 'Tickets about offers, orders and invoices',
    'author': 'Customer Services contributors',
    'license': 'LGPL-3',
    'depends': ['customer_helpdesk', 'customer_sale'],
    'auto_install': True,
    'data': [
        'views/customer_ticket_views.xml',
        'views/document_views.xml',
        'views/portal_templates.xml',
    ],
    'uninstall_hook': 'uninstall_hook',
    'demo': ['demo/customer_helpdesk_sale_demo.xml'],
}
