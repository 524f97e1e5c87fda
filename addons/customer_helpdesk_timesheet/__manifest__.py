{
    'name': 'Customer Helpdesk: time spent',
    'version': '19.0.0.1.0',
    'category': 'Services/Customer Services',
    'summary': 'Time spent on tickets in timesheets',
    'author': 'Customer Services contributors',
    'license': 'LGPL-3',
    'depends': ['customer_helpdesk', 'hr_timesheet'],
    'auto_install': True,
    'data': [
        'security/rules.xml',
        'views/customer_ticket_views.xml',
        'views/customer_ticket_team_views.xml',
    ],
}
