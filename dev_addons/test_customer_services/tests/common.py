from odoo.addons.customer_services.tests.common import CustomerFixture


class DocumentFixture(CustomerFixture):
    """Documents of both customers, of a colleague, of nobody and of the other company."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        Document = cls.env['test.customer.document']
        cls.doc_a1, cls.doc_a2, cls.doc_b1, cls.doc_nobody, cls.doc_company_2 = Document.create([
            {'name': 'of a1', 'partner_id': cls.user_a1.partner_id.id, 'secret': 'a1'},
            {'name': 'of a2', 'partner_id': cls.user_a2.partner_id.id, 'secret': 'a2'},
            {'name': 'of b1', 'partner_id': cls.user_b1.partner_id.id, 'secret': 'b1'},
            {'name': 'of nobody'},
            {'name': 'elsewhere', 'partner_id': cls.user_a1.partner_id.id, 'company_id': cls.company_2.id},
        ])
        cls.docs = cls.doc_a1 | cls.doc_a2 | cls.doc_b1 | cls.doc_nobody | cls.doc_company_2
        cls.env.flush_all()
        cls.env.invalidate_all()
