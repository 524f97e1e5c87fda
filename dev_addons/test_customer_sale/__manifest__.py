{
    'name': 'Customer Sale: payment tests',
    'version': '19.0.0.1.0',
    'category': 'Hidden',
    'summary': 'Tests of payments with the demo provider; never installed in production',
    'author': 'Customer Services contributors',
    'license': 'LGPL-3',
    'depends': ['customer_sale', 'payment_demo'],
    'assets': {
        'web.assets_tests': ['test_customer_sale/static/tests/tours/**/*'],
    },
}
