{
    'name': 'Bench: hello world',
    'version': '19.0.0.1.0',
    'category': 'Hidden',
    'summary': "The floor of scripts/bench: nothing but Odoo's HTTP server",
    'author': 'Customer Services contributors',
    'license': 'LGPL-3',
    'depends': ['web'],
    'installable': False,
}
