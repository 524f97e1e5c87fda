{
    'name': 'Customer RMA: dashboard',
    'version': '19.0.0.1.0',
    'category': 'Services/Customer Services',
    'summary': 'Return rate by product and reason, cycle time, cost and open value, as analysis and as spreadsheet dashboard',
    'author': 'Customer Services contributors',
    'license': 'LGPL-3',
    'depends': ['customer_rma', 'spreadsheet_dashboard'],
    'auto_install': True,
    'data': [
        'security/ir.model.access.csv',
        'security/rules.xml',
        'views/customer_rma_report_views.xml',
        'data/dashboards.xml',
    ],
}
