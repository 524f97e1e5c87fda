from . import customer_withdrawal
from . import customer_withdrawal_link
