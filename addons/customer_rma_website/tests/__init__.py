from . import test_withdrawal
