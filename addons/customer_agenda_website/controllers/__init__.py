from . import visitor
