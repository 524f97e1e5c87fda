from . import stock_picking
from . import sale_order
