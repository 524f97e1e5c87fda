{
    'name': 'Customer Stock',
    'version': '19.0.0.1.0',
    'category': 'Services/Customer Services',
    'summary': 'Shipments of orders as customers see them: reserved, back order, shipped, delivered',
    'author': 'Customer Services contributors',
    'license': 'LGPL-3',
    'depends': ['customer_sale', 'sale_stock', 'stock_delivery'],
    'data': [
        'security/ir.model.access.csv',
        'security/rules.xml',
        'views/stock_picking_views.xml',
        'views/portal_templates.xml',
    ],
    'demo': ['demo/customer_stock_demo.xml'],
    'pre_init_hook': 'pre_init_hook',
    'post_init_hook': 'post_init_hook',
    'uninstall_hook': 'uninstall_hook',
}
