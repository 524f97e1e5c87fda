from . import test_conformance, test_visitor, test_visitor_pages
