from . import test_conformance, test_registration
