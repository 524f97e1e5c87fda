from . import (
    test_conformance,
    test_guard,
    test_parallel,
    test_plain,
    test_reset,
    test_security,
    test_transport,
)
