from . import withdrawal
