{
    'name': 'Customer Agenda: appointments of projects',
    'version': '19.0.0.1.0',
    'category': 'Services/Customer Services',
    'summary': 'Staff make appointments for customers from a project; both sides show each other',
    'author': 'Customer Services contributors',
    'license': 'LGPL-3',
    'depends': ['customer_agenda', 'customer_project'],
    'auto_install': True,
    'data': [
        'views/customer_appointment_views.xml',
        'views/project_project_views.xml',
    ],
}
