from . import test_about
