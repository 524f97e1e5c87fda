{
    'name': 'Customer Sale: payment tests',
    'version': '19.0.0.1.0',
    'category': 'Hidden',
    'summary': 'Tests of payments with the demo provider, and with Stripe and Mollie played at the edge; never installed in production',
    'author': 'Customer Services contributors',
    'license': 'LGPL-3',
    'depends': ['customer_sale', 'payment_demo', 'payment_mollie', 'payment_stripe'],
    'assets': {
        'web.assets_tests': ['test_customer_sale/static/tests/tours/**/*'],
    },
}
