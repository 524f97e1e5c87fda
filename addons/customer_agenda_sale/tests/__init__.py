from . import test_conformance, test_paid, test_paid_pages
