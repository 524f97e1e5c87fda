from . import customer_rma_reject
from . import customer_rma_simulation
