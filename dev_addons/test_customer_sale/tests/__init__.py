from . import test_amounts, test_gateways, test_payment, test_tour
