from . import customer_appointment
from . import project_project
