{
    'name': 'Local run: outboxes',
    'summary': 'Keeps mail and SMS of a local run on this computer and shows them',
    'version': '19.0.1.0.0',
    'category': 'Hidden/Tools',
    'license': 'LGPL-3',
    'author': 'Customer Services contributors',
    'depends': ['mail', 'sms'],
    'data': [
        'security/ir.model.access.csv',
        'data/no_telemetry.xml',
        'views/sms_sms_views.xml',
        'views/menus.xml',
    ],
}
