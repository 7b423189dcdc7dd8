"""Sluice's programs, one of them under valgrind's callgrind, which counts the instructions that it executes."""

import shlex
import shutil
import subprocess
from pathlib import Path

from harness.workspace import BenchmarkError, binaries

_PROGRAMS = {"API": "sluice-api", "worker": "sluice-worker"}


def strip_programs(folder: Path) -> None:
    """Copies the release programs without their debug information, which valgrind stumbles over."""
    folder.mkdir()
    for name in _PROGRAMS.values():
        subprocess.run(["strip", "--strip-debug", "-o", folder / name, binaries() / name], check=True)


def counted(part: str, programs: Path, folder: Path) -> Path:
    """Makes a folder of the same programs, of which that of ``part`` is counted. Gives the file that has the count once
    that program has ended."""
    counts = folder / "callgrind.out"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    for name in _PROGRAMS.values():
        (folder / name).symlink_to(programs / name)
    wrapper = folder / _PROGRAMS[part]
    wrapper.unlink()
    wrapper.write_text(
        f"#!/bin/sh\nexec valgrind --tool=callgrind --vgdb=no --callgrind-out-file={shlex.quote(str(counts))} "
        f'{shlex.quote(str(programs / wrapper.name))} "$@"\n'
    )
    wrapper.chmod(0o755)
    return counts


def instructions(counts: Path) -> int:
    """What callgrind wrote when the program ended."""
    for line in counts.read_text(errors="replace").splitlines():
        if line.startswith("totals: "):
            return int(line.split()[1])
    raise BenchmarkError(f"{counts} has no count.")
