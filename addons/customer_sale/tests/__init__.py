from . import (
    test_access,
    test_access_derived,
    test_conformance,
    test_integrator,
    test_invoices,
    test_offer,
    test_portal,
    test_reminder,
    test_states,
)
