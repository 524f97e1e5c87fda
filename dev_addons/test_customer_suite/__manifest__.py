{
    'name': 'Customer Services: access matrix',
    'version': '19.0.0.1.0',
    'category': 'Hidden',
    'summary': 'Tests who may do what over all addons of the suite together; never installed in production',
    'author': 'Customer Services contributors',
    'license': 'LGPL-3',
    'depends': [
        'customer_services',
        'customer_helpdesk',
        'customer_project',
        'customer_agenda',
        'customer_sale',
        'customer_stock',
        'customer_rma',
        'customer_login',
        'customer_registration',
    ],
}
