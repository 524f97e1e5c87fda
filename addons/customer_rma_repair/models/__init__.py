from . import customer_rma
from . import customer_rma_line
from . import customer_rma_rule
from . import repair_order
