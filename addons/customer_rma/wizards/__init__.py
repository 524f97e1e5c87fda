from . import customer_rma_reject
