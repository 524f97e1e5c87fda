from . import test_blog
