from . import test_conformance
from . import test_guard
from . import test_support
from . import test_tour
