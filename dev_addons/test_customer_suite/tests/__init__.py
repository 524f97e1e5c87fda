from . import test_matrix_models, test_matrix_routes
