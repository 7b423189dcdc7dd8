"""python3 -m instructions: counts how many instructions each program executes for a request, the kernel's left out.

Times differ from machine to machine and from minute to minute, this by a hundredth. Redis is left out: what it does for
a request depends on how many share a step, and that on the moment.
"""

import shutil
from pathlib import Path

from gateways.subjects import Row, rows
from harness import machine, nginx
from harness.sluice import sluice
from harness.table import Report, note
from harness.workspace import BenchmarkError, run, workspace
from instructions import callgrind, clients

_PARTS = ["API", "worker"]
_CLIENTS = 16
# What a program does to start and to end is in both counts, and so in neither figure.
_FEW, _MANY = 10 * _CLIENTS, 110 * _CLIENTS


def main() -> None:
    if shutil.which("valgrind") is None:
        raise BenchmarkError("valgrind is missing: scripts/install-packages valgrind")
    with workspace() as state, Report("instructions") as report:
        programs = state / "programs"
        callgrind.strip_programs(programs)
        report.line(machine.head_line(machine.versions()))
        report.line(f"{_CLIENTS} clients, each of which waits for an answer before it asks again; fsync everysec.")
        report.line()
        measured = [row for row in rows() if row.name.startswith("Sluice") and "everysec" not in row.name]
        lines = [[_name(row), *(_cell(row, part, programs, state) for part in _PARTS)] for row in measured]
        report.table(["instructions for a request", *_PARTS], lines)


def _name(row: Row) -> str:
    return row.name.removeprefix("Sluice ").removesuffix(", fsync always")


def _cell(row: Row, part: str, programs: Path, state: Path) -> str:
    note(f"{_name(row)}: {part}")
    few, many = (_count(row, part, requests, programs, state) for requests in (_FEW, _MANY))
    # To hundreds; what does not take part differs by less, in either direction.
    return f"{max(0, round((many - few) / (_MANY - _FEW), -2)):,.0f}"


def _count(row: Row, part: str, requests: int, programs: Path, state: Path) -> int:
    """All instructions of a program that serves so many requests."""
    folder = state / "counted"
    counts = callgrind.counted(part, programs, folder)
    with (
        nginx.upstream(state) as (port, _),
        sluice(state, f"http://127.0.0.1:{port}/v1", "everysec", programs=folder) as running,
    ):
        clients.send(running.port, row.request, requests, _CLIENTS, row.status)
        running.drain()
    return callgrind.instructions(counts)


run(main)
