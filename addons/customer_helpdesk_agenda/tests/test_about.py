from odoo.tests import TransactionCase, tagged

from odoo.addons.customer_agenda.tests.common import AgendaHttpCommon
from odoo.addons.customer_helpdesk.tests.about import AboutMixin
from odoo.addons.customer_helpdesk.tests.common import TicketFixture
from odoo.addons.customer_services.tests.conformance import ConformanceMixin


@tagged('post_install', '-at_install')
class TestConformance(ConformanceMixin, TransactionCase):
    """Issue 2.13: the addon brings no model, no public method and no route."""

    addon = 'customer_helpdesk_agenda'


@tagged('post_install', '-at_install')
class TestAbout(AboutMixin, TicketFixture, AgendaHttpCommon):
    """Issue 5.6: tickets about appointments; the tests are those of the mixin."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        mine = cls._create_appointment(cls.user_a1)
        foreign = cls._create_appointment(cls.user_b1, resource_id=cls.resource.id, start='2026-10-05 08:00:00')
        cls.documents = {'appointment': (mine, foreign)}
        cls.pages = {'appointment': f'/my/appointments/{mine.id}'}
