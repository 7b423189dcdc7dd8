"""A Redis of the benchmark's own, set as Sluice asks for."""

import contextlib
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from harness.ports import free_port
from harness.processes import Process, running


@contextlib.contextmanager
def redis(state: Path, fsync: str, maxmemory: str = "0") -> Iterator[tuple[str, Process]]:
    """Gives its URL. ``fsync`` is Redis' ``appendfsync``: ``always`` or ``everysec``; ``maxmemory`` 0 is without a bound."""
    port = free_port()
    folder = Path(tempfile.mkdtemp(prefix="redis-", dir=state))
    command = [
        "redis-server", "--port", str(port), "--bind", "127.0.0.1", "--dir", str(folder), "--save", "",
        "--appendonly", "yes", "--appendfsync", fsync, "--no-appendfsync-on-rewrite", "no",
        "--maxmemory", maxmemory, "--maxmemory-policy", "noeviction", "--daemonize", "no",
    ]  # fmt: skip
    try:
        with running("redis", command, folder / "log") as process:
            # Redis 7 and Valkey differ in the first letter.
            process.wait_until(lambda: process.says("eady to accept connections"))
            yield f"redis://127.0.0.1:{port}/0", process
    finally:
        # A row leaves up to a gigabyte.
        shutil.rmtree(folder, ignore_errors=True)
