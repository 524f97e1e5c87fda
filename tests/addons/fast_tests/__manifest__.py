{
    'name': 'Fast tests',
    'summary': 'Spares the Odoo of the tests what takes long and proves nothing; loaded server-wide, never installed',
    'version': '19.0.1.0.0',
    'author': 'Customer Services contributors',
    'license': 'LGPL-3',
    'depends': ['base'],
    'installable': False,
}
