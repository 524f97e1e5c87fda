{
    'name': 'Customer Helpdesk: dashboard',
    'version': '19.0.0.1.0',
    'category': 'Services/Customer Services',
    'summary': 'Figures of tickets as a spreadsheet dashboard',
    'author': 'Customer Services contributors',
    'license': 'LGPL-3',
    'depends': ['customer_helpdesk', 'spreadsheet_dashboard'],
    'auto_install': True,
    'data': ['data/dashboards.xml'],
}
