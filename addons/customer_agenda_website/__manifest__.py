{
    'name': 'Customer Agenda: public booking page',
    'version': '19.0.0.1.0',
    'category': 'Services/Customer Services',
    'summary': 'Visitors of the website book appointments without login and prove their e-mail address by a link',
    'author': 'Customer Services contributors',
    'license': 'LGPL-3',
    'depends': ['customer_agenda', 'website'],
    'auto_install': True,
    'data': [
        'data/res_partner_data.xml',
        'views/customer_appointment_views.xml',
        'views/mail_templates.xml',
        'views/visitor_templates.xml',
    ],
    'demo': ['demo/customer_agenda_website_demo.xml'],
    'uninstall_hook': 'uninstall_hook',
}
