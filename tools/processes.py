"""Child processes that never outlive the program that started them, and what Ctrl-C does."""

import contextlib
import os
import shutil
import signal
import subprocess

STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
_children = []


def stop_on_signals():
    """Make Ctrl-C, SIGTERM and SIGHUP raise KeyboardInterrupt once; a second one kills the children at once."""
    def hurry(*_):
        for child in _children:
            child.signal_group(signal.SIGKILL)

    def stop(*_):
        for number in STOP_SIGNALS:
            signal.signal(number, hurry)
        raise KeyboardInterrupt

    for number in STOP_SIGNALS:
        signal.signal(number, stop)


class Child:
    """A program in a session of its own, so that Ctrl-C reaches it only through `stop`.

    Use as context manager: it is stopped on leaving. If this process is killed, the kernel ends it (SIGTERM).
    """

    def __init__(self, argv, environ, output, cwd='/'):
        """Start `argv` (list) with `environ` (dict); its output goes to the file `output` (Path), anew."""
        if shutil.which('setpriv'):
            argv = ['setpriv', '--pdeathsig', 'TERM', '--', *argv]
        with output.open('wb') as file:
            self.process = subprocess.Popen(
                argv, env=environ, stdin=subprocess.DEVNULL, stdout=file, stderr=file, cwd=cwd,
                start_new_session=True)
        _children.append(self)

    def signal_group(self, number):
        """Send a signal to the program and all that it started."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, number)

    def stop(self, patience=20):
        """End the program: asked at first, killed after `patience` seconds; nothing of its group is left."""
        if self.process.poll() is None:
            self.process.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(patience)
        self.signal_group(signal.SIGKILL)
        self.process.wait()
        _children.remove(self)

    def __enter__(self):
        return self

    def __exit__(self, *exc):
        self.stop()
