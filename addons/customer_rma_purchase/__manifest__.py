{
    'name': 'Customer RMA: vendor returns',
    'version': '19.0.0.1.0',
    'category': 'Services/Customer Services',
    'summary': 'What customers sent back goes on to the vendor, linked to their return',
    'author': 'Customer Services contributors',
    'license': 'LGPL-3',
    'depends': ['customer_rma', 'purchase_stock'],
    'auto_install': True,
    'data': ['views/customer_rma_views.xml'],
}
