"""Processes that a benchmark starts: awaited, measured and ended, each by its id."""

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")


class StartError(Exception):
    """A program that did not come up, ended by itself or did not end; says which and shows its last lines."""


class Process:
    """A running program and all that it started."""

    def __init__(self, name: str, command: list[str], log: Path, environment: dict[str, str] | None = None):
        self.name = name
        self.log = log
        with open(log, "wb") as output:
            # A session of its own: Ctrl-C reaches the benchmark alone, which ends its processes in order, and
            # the session tells which processes are this one's children. The kernel ends it with the benchmark.
            self._process = subprocess.Popen(
                ["setpriv", "--pdeathsig", "TERM", *command],
                stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT,
                env=plain_environment() | (environment or {}), start_new_session=True,
            )  # fmt: skip
        self.id = self._process.pid

    def wait_until(self, is_ready: Callable[[], bool], seconds: float = 30) -> None:
        """Waits until a condition holds, as long as the program runs."""
        deadline = time.monotonic() + seconds
        while not is_ready():
            self.check()
            if time.monotonic() > deadline:
                raise StartError(f"{self.name} is not ready after {seconds:.0f} s:\n{self._last_lines()}")
            time.sleep(0.05)

    def check(self) -> None:
        if self._process.poll() is not None:
            code = self._process.returncode
            raise StartError(f"{self.name} ended by itself ({code}):\n{self._last_lines()}")

    def wait(self, seconds: float) -> int:
        """The exit status of a program that ends by itself."""
        try:
            return self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            raise StartError(f"{self.name} is not done after {seconds:.0f} s:\n{self._last_lines()}") from None

    def ends_within(self, seconds: float) -> bool:
        """Waits so long for a program that ends by itself."""
        try:
            self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            return False
        return True

    def says(self, text: str) -> bool:
        return text in self.output()

    def output(self) -> str:
        return self.log.read_text(errors="replace")

    def cpu_seconds(self) -> float:
        """What the program and its children have used so far, those that have ended and were waited for too."""
        return sum(map(_cpu_seconds, self._members()))

    def is_idle(self) -> bool:
        """Looks for a second whether it uses less than a tenth of a core."""
        before = self.cpu_seconds()
        time.sleep(1)
        return self.cpu_seconds() - before < 0.1

    def resident_kib(self) -> int:
        return sum(_memory(member, "VmRSS") for member in self._members())

    def peak_resident_kib(self) -> int:
        """The sum of what each process had at most since ``reset_peak``."""
        return sum(_memory(member, "VmHWM") for member in self._members())

    def reset_peak(self) -> None:
        for member in self._members():
            # proc(5): 5 sets the peak to what is resident now.
            with contextlib.suppress(OSError):
                Path(f"/proc/{member}/clear_refs").write_text("5")

    def stop(self, seconds: float = 20) -> None:
        if self._process.poll() is None:
            self._process.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(seconds)
        # Whatever the program left behind is in its process group, which is ours to end.
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.id, signal.SIGKILL)
        self._process.wait()

    def _members(self) -> list[int]:
        return [pid for pid in _all_processes() if _session(pid) == self.id]

    def _last_lines(self) -> str:
        return "\n".join(self.output().splitlines()[-8:])


@contextlib.contextmanager
def running(name: str, command: list[str], log: Path, environment: dict[str, str] | None = None) -> Iterator[Process]:
    process = Process(name, command, log, environment)
    try:
        yield process
    finally:
        process.stop()


def plain_environment() -> dict[str, str]:
    """Without what the caller's shell may hold: proxies, keys and settings would change what is measured."""
    return {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "TMPDIR") if name in os.environ}


def _all_processes() -> Iterator[int]:
    return (int(entry.name) for entry in os.scandir("/proc") if entry.name.isdigit())


def _stat(pid: int) -> list[str]:
    """The fields of /proc/PID/stat from the third on; none for a process that has ended."""
    try:
        text = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return []
    # The second field, the name in parentheses, may hold spaces and parentheses.
    return text.rpartition(")")[2].split()


def _session(pid: int) -> int | None:
    fields = _stat(pid)
    return int(fields[3]) if fields else None


def _cpu_seconds(pid: int) -> float:
    """utime, stime, cutime and cstime."""
    return sum(map(int, _stat(pid)[11:15])) / TICKS_PER_SECOND


def _memory(pid: int, field: str) -> int:
    """KiB; 0 for a process that has ended."""
    with contextlib.suppress(OSError):
        for line in Path(f"/proc/{pid}/status").read_text().splitlines():
            if line.startswith(f"{field}:"):
                return int(line.split()[1])
    return 0
