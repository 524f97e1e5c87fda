from . import portal, booking
