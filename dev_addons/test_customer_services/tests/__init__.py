from . import test_authorisation_documents, test_conformance, test_create, test_messages, test_portal_helpers, test_predicate, test_state
from . import test_escalation
from . import test_derived, test_merge, test_people, test_ways_in
