from . import order
from . import offer
from . import invoice
from . import payment
