from . import test_suggestions
