"""The folders of one run, and its orderly end."""

import contextlib
import os
import resource
import shutil
import signal
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

from harness.processes import StartError

ROOT = Path(__file__).resolve().parents[2]
REPORTS = ROOT / ".build" / "bench"


class BenchmarkError(Exception):
    """What keeps a benchmark from saying anything, in one line for people."""


def binaries() -> Path:
    """Where the release programs are: BINARIES, else .build/release."""
    folder = Path(os.environ.get("BINARIES") or ROOT / ".build" / "release").resolve()
    for name in ("sluice-api", "sluice-worker", "sluice-simulator"):
        if not os.access(folder / name, os.X_OK):
            raise BenchmarkError(f"{folder / name} is missing: run `make build`, or set BINARIES.")
    return folder


def number_setting(name: str, default: int) -> int:
    text = os.environ.get(name) or str(default)
    if not text.isdigit() or int(text) < 1:
        raise BenchmarkError(f'{name} holds "{text}"; it must be a whole number of at least 1.')
    return int(text)


@contextlib.contextmanager
def workspace() -> Iterator[Path]:
    """A folder for logs and Redis' files, on the disk of the checkout, gone afterwards."""
    REPORTS.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix="run-", dir=REPORTS))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def run(main: Callable[[], None]) -> None:
    """Runs a benchmark; on SIGINT and SIGTERM all that it started is ended first."""

    def end(number, _frame):
        # The first one ends it; while it cleans up, further ones are of no use.
        for each in (signal.SIGINT, signal.SIGTERM):
            signal.signal(each, signal.SIG_IGN)
        sys.exit(128 + number)

    for each in (signal.SIGINT, signal.SIGTERM):
        signal.signal(each, end)
    # A thousand streams are more than the usual 1,024 descriptors; children inherit it.
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    for tool in ("nginx", "wrk", "redis-server", "setpriv"):
        if shutil.which(tool, path=search_path()) is None:
            sys.exit(f"{tool} is missing: scripts/install-packages nginx wrk")
    try:
        main()
    except (BenchmarkError, StartError) as error:
        sys.exit(str(error))


def search_path() -> str:
    """PATH and where Debian has nginx, which a user's PATH may lack."""
    return os.environ.get("PATH", "") + ":/usr/sbin"
