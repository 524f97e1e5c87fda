from . import customer_rma_reject
from . import customer_rma_scan
from . import customer_rma_simulation
