{
    'name': 'Customer RMA: sets',
    'version': '19.0.0.1.0',
    'category': 'Services/Customer Services',
    'summary': 'Customers return whole sets (kits), their parts come back to stock',
    'author': 'Customer Services contributors',
    'license': 'LGPL-3',
    'depends': ['customer_rma', 'sale_mrp'],
    'auto_install': True,
    'data': ['views/customer_rma_views.xml'],
    'demo': ['demo/customer_rma_mrp_demo.xml'],
}
