{
    'name': 'Customer Helpdesk: tests with other addons',
    'version': '19.0.0.1.0',
    'category': 'Hidden',
    'summary': 'Tests tickets together with addons of Odoo on which they do not depend; never installed in production',
    'author': 'Customer Services contributors',
    'license': 'LGPL-3',
    'depends': ['customer_helpdesk', 'base_automation'],
}
