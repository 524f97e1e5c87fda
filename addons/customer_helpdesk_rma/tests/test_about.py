from odoo.exceptions import AccessError
from odoo.tests import Form, TransactionCase, tagged

from odoo.addons.customer_helpdesk.tests.about import AboutMixin
from odoo.addons.customer_helpdesk.tests.common import TicketFixture
from odoo.addons.customer_rma.tests.common import RmaHttpCommon
from odoo.addons.customer_services.tests.conformance import ConformanceMixin


@tagged('post_install', '-at_install')
class TestConformance(ConformanceMixin, TransactionCase):
    """Issue 2.13: the addon brings no model, no public method and no route."""

    addon = 'customer_helpdesk_rma'


@tagged('post_install', '-at_install')
class TestAbout(AboutMixin, TicketFixture, RmaHttpCommon):
    """Issue 5.6: Issue 7.18: tickets about returns; the tests are those of the mixin."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        mine, foreign = (
            cls.env['customer.rma'].with_user(user)._create_from_customer({
                'line_ids': [{'move_id': cls._move(order).id, 'quantity': 1}]}).with_user(cls.env.user)
            for user, order in ((cls.user_a1, cls.sold_a1), (cls.user_b1, cls.sold_b1)))
        cls.documents = {'rma': (mine, foreign)}
        cls.pages = {'rma': f'/my/rmas/{mine.id}'}

    def test_staff_start_a_return(self):
        """Issue 7.18: an agent enters a return for the requester from the form of the ticket; specialists cannot."""
        with Form(self.ticket_a1.with_user(self.agent)) as form:
            self.assertFalse(form.about_rma_id)
            rma = self.env['customer.rma'].with_user(self.agent).create(
                {'partner_id': form.partner_id.id, 'line_ids': [(0, 0, {'move_id': self._move(self.sold_a1).id})]})
            form.about_rma_id = rma
        self.assertEqual(self.ticket_a1.about_rma_id, rma)
        self.assertEqual(rma.customer_ticket_count, 1)
        with self.assertRaises(AccessError):
            rma.with_user(self.specialist).create({'partner_id': self.user_a1.partner_id.id})
