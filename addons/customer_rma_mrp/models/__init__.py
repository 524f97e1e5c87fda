from . import customer_rma
from . import customer_rma_line
from . import sale_order_line
from . import stock_move
