from . import (
    test_access, test_authorisation, test_conformance, test_customer, test_customer_group, test_customer_overview,
    test_fetching, test_home, test_integrator, test_portal_list, test_submission, test_uploads,
)
from . import test_access_states, test_codes, test_invitation, test_invitation_pages, test_portal_accesses
from . import test_invitation_parallel
from . import test_visit
