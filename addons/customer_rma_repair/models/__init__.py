from . import customer_rma
from . import customer_rma_line
from . import repair_order
from . import stock_picking
