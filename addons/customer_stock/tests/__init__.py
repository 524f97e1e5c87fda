from . import test_access, test_conformance, test_states
