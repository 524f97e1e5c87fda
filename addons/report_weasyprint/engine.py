"""Whether WeasyPrint can print here, and what to install if not.

`printer.py` imports WeasyPrint, so it is imported late: the addon loads, and says what is missing, without WeasyPrint
and without Pango.
"""

import functools

from . import fonts

MIN_VERSION = 70


@functools.lru_cache(1)
def problem():
    """Return '' if WeasyPrint works here, else what to install (str, one line)."""
    fonts.listen()  # first: WeasyPrint reports its progress at import
    try:
        import weasyprint  # noqa: PLC0415
    except ImportError as error:
        return f'the Python package weasyprint is missing (pip install weasyprint): {error}'
    except OSError as error:  # Pango and its friends are loaded at import
        reason = str(error).strip().splitlines()[0]
        return f'the system library Pango is missing (on Debian: apt install libpangoft2-1.0-0): {reason}'
    if int(weasyprint.__version__.split('.')[0]) < MIN_VERSION:
        return f'WeasyPrint {weasyprint.__version__} is too old (pip install --upgrade weasyprint)'
    return ''


def print_pdf(*args, **kwargs):
    """Call `printer.print_pdf`."""
    from .printer import print_pdf as print_now  # noqa: PLC0415
    return print_now(*args, **kwargs)
