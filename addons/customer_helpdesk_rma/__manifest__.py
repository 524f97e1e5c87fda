{
    'name': 'Customer Helpdesk: returns',
    'version': '19.0.0.1.0',
    'category': 'Services/Customer Services',
    'summary': 'Tickets about returns',
    'author': 'Customer Services contributors',
    'license': 'LGPL-3',
    'depends': ['customer_helpdesk', 'customer_rma'],
    'auto_install': True,
    'data': [
        'views/customer_ticket_views.xml',
        'views/document_views.xml',
        'views/portal_templates.xml',
    ],
    'uninstall_hook': 'uninstall_hook',
    'demo': ['demo/customer_helpdesk_rma_demo.xml'],
}
