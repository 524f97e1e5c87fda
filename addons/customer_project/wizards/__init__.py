from . import customer_file_link_wizard
from . import customer_file_request_wizard
from . import customer_file_return_wizard
