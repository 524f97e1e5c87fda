from . import test_appointments, test_conformance
