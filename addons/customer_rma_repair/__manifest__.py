{
    'name': 'Customer RMA: repairs',
    'version': '19.0.0.1.0',
    'category': 'Services/Customer Services',
    'summary': 'What a customer sent back is repaired and goes back to him',
    'author': 'Customer Services contributors',
    'license': 'LGPL-3',
    'depends': ['customer_rma', 'repair'],
    'auto_install': True,
    'data': [
        'views/customer_rma_views.xml',
        'views/customer_rma_rule_views.xml',
        'views/repair_order_views.xml',
    ],
}
