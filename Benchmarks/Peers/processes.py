"""Processes that end with the block that started them."""

import os
import signal
import subprocess
from contextlib import contextmanager

PATIENCE = 10


@contextmanager
def running(command, log, environment=None):
    """Starts `command` in a process group of its own, and ends all of the group at the end of the block. The kernel
    ends the process if this one is killed."""
    with open(log, "ab") as output:
        process = subprocess.Popen(
            ["setpriv", "--pdeathsig", "TERM", *command],
            stdin=subprocess.DEVNULL, stdout=output, stderr=output, start_new_session=True,
            env={**os.environ, **(environment or {})},
        )
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            pass
        # What it started and has not ended.
        try:
            os.killpg(process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        process.wait()


def tail(log, lines=5):
    """The last lines of a log."""
    with open(log, errors="replace") as file:
        return "".join(file.readlines()[-lines:])
