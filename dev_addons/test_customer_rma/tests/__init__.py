from . import test_property, test_refund
