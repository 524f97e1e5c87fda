from . import portal
from . import access
from . import invitation
