"""Odoo's command line as a script: with `-m odoo` the workers cannot start their websocket process, which is called by
the name of the script."""

import sys

sys.path.pop(0)  # this folder: its modules are not meant to hide others

from odoo.cli.command import main  # noqa: E402

main()
