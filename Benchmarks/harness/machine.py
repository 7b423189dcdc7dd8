"""What the figures were measured on, and with."""

import datetime
import os
import platform
import re
import statistics
import subprocess
import time
from pathlib import Path

from harness.workspace import ROOT, binaries, search_path


def head_line(versions: dict[str, str]) -> str:
    today = datetime.date.today().isoformat()
    return (
        f"{today}; {_processor()}, {os.cpu_count()} cores; Linux {platform.release()}; "
        + ", ".join(f"{name} {version}" for name, version in versions.items())
        + "."
    )


def versions() -> dict[str, str]:
    """Of what every benchmark runs."""
    return {
        "Sluice": _version([str(binaries() / "sluice-api"), "--version"], r"(\S+)") + _commit(),
        "Redis": _version(["redis-server", "--version"], r"v=(\S+)"),
        "nginx": _version(["nginx", "-v"], r"nginx/(\S+)"),
        "wrk": _version(["wrk", "--version"], r"wrk (?:debian/)?(\S+)"),
        "Python": platform.python_version(),
    }


def disk_line(folder: Path) -> str:
    """The file system of Redis' files and what an fsync costs there, which `appendfsync always` pays."""
    kind = _output(["findmnt", "--noheadings", "--output=FSTYPE", f"--target={folder}"]).strip() or "an unknown file system"
    line = f"Redis' files are on {kind}, where a write of 4 KiB with fdatasync takes {_fsync_ms(folder):.2f} ms (median)."
    if kind == "tmpfs":
        line += " **That is memory: the rows with `always` say nothing of a disk.**"
    return line


def _fsync_ms(folder: Path) -> float:
    path = folder / "fsync"
    times = []
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        for _ in range(100):
            start = time.perf_counter()
            os.write(descriptor, bytes(4096))
            os.fdatasync(descriptor)
            times.append((time.perf_counter() - start) * 1000)
    finally:
        os.close(descriptor)
        path.unlink()
    return statistics.median(times)


def _processor() -> str:
    match = re.search(r"^model name\s*:\s*(.+)$", Path("/proc/cpuinfo").read_text(), re.MULTILINE)
    return match[1] if match else platform.machine()


def _commit() -> str:
    """Of the checkout; programs that come from elsewhere may be of any other."""
    if os.environ.get("BINARIES"):
        return ""
    said = _output(["git", "-C", str(ROOT), "describe", "--always", "--dirty", "--exclude=*"]).strip()
    return f" ({said})" if re.fullmatch(r"[0-9a-f]+(-dirty)?", said) else ""


def _version(command: list[str], pattern: str) -> str:
    match = re.search(pattern, _output(command))
    return match[1] if match else "?"


def _output(command: list[str]) -> str:
    """What a program says, on either output; nothing where it is missing."""
    try:
        environment = os.environ | {"PATH": search_path()}
        ended = subprocess.run(command, capture_output=True, text=True, timeout=30, env=environment)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return ended.stdout + ended.stderr
