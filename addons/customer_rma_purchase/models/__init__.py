from . import customer_rma
from . import stock_picking
