{
    'name': 'Customer RMA: payment tests',
    'version': '19.0.0.1.0',
    'category': 'Hidden',
    'summary': 'Tests of returns with the demo provider; never installed in production',
    'author': 'Customer Services contributors',
    'license': 'LGPL-3',
    'depends': ['customer_rma', 'payment_demo'],
}
