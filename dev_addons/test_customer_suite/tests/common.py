import csv
from pathlib import Path

from odoo.addons.customer_services.const import GROUP_SPECIALIST
from odoo.addons.customer_services.tests.common import CustomerFixture

HERE = Path(__file__).parent
#: addons whose models and routes have to be in the matrix
SUITE = ('customer_services', 'customer_helpdesk')


def read_matrix(name):
    """Return the rows of a file as dicts; lines that start with ``#`` are comments."""
    with (HERE / name).open(newline='') as lines:
        return list(csv.DictReader(
            (line for line in lines if line.strip() and not line.startswith('#')), skipinitialspace=True))


class MatrixFixture(CustomerFixture):
    """The users behind the columns of the matrix."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.processor = cls._create_staff('processor', GROUP_SPECIALIST)
        cls.stranger = cls._create_staff('stranger', GROUP_SPECIALIST)
        cls.roles = {
            'visitor': cls.visitor,
            'customer': cls.user_a1,
            'colleague': cls.user_a2,
            'outsider': cls.user_b1,
            'revoked': cls.revoked,
            'employee': cls.employee,
            'specialist': cls.specialist,
            'processor': cls.processor,
            'stranger': cls.stranger,
            'agent': cls.agent,
            'manager': cls.manager,
            'agent2': cls.other_company_agent,
        }
