{
    'name': 'Customer Services: fixture for tests',
    'version': '19.0.0.1.0',
    'category': 'Hidden',
    'summary': 'A document of customers to test the mixin with; never installed in production',
    'author': 'Customer Services contributors',
    'license': 'LGPL-3',
    'depends': ['customer_services'],
    'data': ['security/ir.model.access.csv', 'security/rules.xml'],
}
