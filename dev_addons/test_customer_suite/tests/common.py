import csv
import importlib
from pathlib import Path

from odoo.modules import get_manifest

from odoo.addons.customer_services.const import GROUP_SPECIALIST
from odoo.addons.customer_services.tests.common import CustomerFixture

HERE = Path(__file__).parent
#: addons whose models and routes have to be in the matrix, each with a ``records_<addon>.py`` here
SUITE = tuple(get_manifest('test_customer_suite')['depends'])


def addon_records():
    """Return the modules ``records_<addon>``.

    Each has ``VALUES``: {model: function of the test, a customer, whether it is customer A -> values to create},
    ``DOCUMENTS``: {model with the relations of a document: function of the test and the values ``partner_id`` and
    ``company_id`` -> further values}, and ``names``: function of the test class -> {name in routes.csv: value}.
    """
    return [importlib.import_module(f'.records_{addon}', __package__) for addon in SUITE]


def find_in_addons(table, model):
    """Return the function for ``model`` in the ``table`` of whichever addon has it, or None."""
    return next((getattr(records, table)[model] for records in addon_records() if model in getattr(records, table)), None)


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
