from . import (
    test_access,
    test_audit,
    test_conformance,
    test_flow,
    test_goods,
    test_parallel,
    test_portal,
    test_refund,
    test_request,
)
