from . import customer_rma_report
