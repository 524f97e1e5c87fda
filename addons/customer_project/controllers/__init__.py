from . import download
from . import portal
from . import project
from . import requests
from . import upload
from . import links
from . import export
from . import tasks
