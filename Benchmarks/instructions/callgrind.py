"""Sluice's programs, one of them under valgrind's callgrind, which counts the instructions that it executes."""

import contextlib
import os
import shlex
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

from harness.workspace import BenchmarkError, binaries

_PROGRAMS = {"API": "sluice-api", "worker": "sluice-worker"}


def strip_programs(folder: Path) -> None:
    """Copies the release programs without their debug information, which valgrind stumbles over."""
    folder.mkdir()
    for program in binaries().glob("sluice-*"):
        if program.is_file() and os.access(program, os.X_OK):
            subprocess.run(["strip", "--strip-debug", "-o", folder / program.name, program], check=True)


@contextlib.contextmanager
def counting(part: str, programs: Path, state: Path) -> Iterator[Path]:
    """While it lasts, what the harness starts as ``part`` is counted. Gives the file that has the count once the
    program has ended."""
    folder, counts = state / "counted", state / "callgrind.out"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    for program in programs.iterdir():
        (folder / program.name).symlink_to(program)
    wrapper = folder / _PROGRAMS[part]
    wrapper.unlink()
    wrapper.write_text(
        f"#!/bin/sh\nexec valgrind --tool=callgrind --vgdb=no --callgrind-out-file={shlex.quote(str(counts))} "
        f'{shlex.quote(str(programs / wrapper.name))} "$@"\n'
    )
    wrapper.chmod(0o755)
    before = os.environ.get("BINARIES")
    os.environ["BINARIES"] = str(folder)
    try:
        yield counts
    finally:
        if before is None:
            del os.environ["BINARIES"]
        else:
            os.environ["BINARIES"] = before


def instructions(counts: Path) -> int:
    """What callgrind wrote when the program ended."""
    for line in counts.read_text(errors="replace").splitlines():
        if line.startswith("totals: "):
            return int(line.split()[1])
    raise BenchmarkError(f"{counts} has no count.")
