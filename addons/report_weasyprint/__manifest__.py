{
    'name': 'PDF Reports by WeasyPrint',
    'summary': 'Prints every report with WeasyPrint in place of wkhtmltopdf',
    'version': '19.0.0.1.0',
    'category': 'Technical',
    'author': 'Customer Services contributors',
    'license': 'LGPL-3',
    # WeasyPrint and Pango are not named as external dependencies: without them the addon installs, says what is
    # missing, and leaves wkhtmltopdf in place.
    'depends': ['base', 'web'],
    'post_init_hook': 'post_init_hook',
}
