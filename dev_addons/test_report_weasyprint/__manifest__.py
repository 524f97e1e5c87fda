{
    'name': 'PDF Reports by WeasyPrint: fixture for tests',
    'version': '19.0.0.1.0',
    'category': 'Hidden',
    'summary': "Tests WeasyPrint with Odoo's own documents; never installed in production",
    'author': 'Customer Services contributors',
    'license': 'LGPL-3',
    'depends': ['report_weasyprint', 'sale_management', 'stock', 'account_edi_ubl_cii', 'l10n_din5008_sale', 'l10n_din5008_stock'],
}
