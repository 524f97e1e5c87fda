{
    'name': 'Customer registration: shop',
    'version': '19.0.0.1.0',
    'category': 'Services/Customer Services',
    'summary': 'A registration policy for the shop, and product categories for user groups only',
    'author': 'Customer Services contributors',
    'license': 'LGPL-3',
    'depends': ['customer_registration_website', 'website_sale'],
    'auto_install': True,
    'data': [
        'security/rules.xml',
        'views/product_public_category_views.xml',
        'views/shop_templates.xml',
    ],
    'demo': ['demo/customer_registration_website_sale_demo.xml'],
}
