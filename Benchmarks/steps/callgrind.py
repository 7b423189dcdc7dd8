"""How many instructions Redis executes for the steps: what `fcallCommand` does, and nothing else."""

import tempfile
from pathlib import Path

from steps.server import Server
from steps.subject import Subject

# More than there are clients: each has asked before.
_JOBS = 60


def instructions(subject: Subject, at_once: int, is_handed: bool) -> tuple[float, float]:
    """For a job of its admission and of its end."""
    admitted, brought, ended = (_for_a_job(subject, at_once, is_handed, parts) for parts in (1, 2, 3))
    return admitted, ended - brought


def _for_a_job(subject: Subject, at_once: int, is_handed: bool, parts: int) -> float:
    # What a step does the first time is in both counts, and so not in the figure.
    few, many = (_count(subject, jobs, at_once, is_handed, parts) for jobs in (_JOBS, 6 * _JOBS))
    return (many - few) / (5 * _JOBS)


def _count(subject: Subject, jobs: int, at_once: int, is_handed: bool, parts: int) -> int:
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "callgrind.out"
        wrapper = [
            "valgrind", "--tool=callgrind", "--vgdb=no", "--toggle-collect=fcallCommand",
            f"--callgrind-out-file={out}",
        ]  # fmt: skip
        with Server(wrapper) as server:
            server.run(subject, jobs, at_once, is_handed, parts)
        for line in out.read_text(errors="replace").splitlines():
            if line.startswith(("summary:", "totals:")):
                return int(line.split()[1])
    raise RuntimeError("callgrind has written no sum")
