{
    'name': 'Customer Agenda: paid appointments',
    'version': '19.0.0.1.0',
    'category': 'Services/Customer Services',
    'summary': 'Types of appointments have a price: a booking is an offer that is held until it is paid',
    'author': 'Customer Services contributors',
    'license': 'LGPL-3',
    'depends': ['customer_agenda', 'customer_sale'],
    'auto_install': True,
    'data': [
        'views/customer_appointment_views.xml',
        'views/sale_order_views.xml',
        'views/mail_templates.xml',
        'views/portal_templates.xml',
    ],
    'demo': ['demo/customer_agenda_sale_demo.xml'],
}
