"""python3 -m growth [PART …]: measures all parts, or those named."""

import sys

from growth import agents, dialect_streams, memory, prompts, streams, waiting_jobs, workers
from growth.settings import Settings
from harness import machine
from harness.table import Report
from harness.workspace import BenchmarkError, number_setting, run, workspace

_PARTS = {
    "workers": workers.measure, "prompts": prompts.measure, "memory": memory.measure,
    "streams": streams.measure, "dialects": dialect_streams.measure, "agents": agents.measure,
    "waiting-jobs": waiting_jobs.measure,
}  # fmt: skip


def main() -> None:
    names = sys.argv[1:] or list(_PARTS)
    for name in names:
        if name not in _PARTS:
            raise BenchmarkError(f"There is no part {name}; there are {', '.join(_PARTS)}.")
    seconds, rounds = number_setting("BENCH_SECONDS", 5), number_setting("BENCH_ROUNDS", 3)
    with workspace() as state, Report("growth") as report:
        report.line(machine.head_line(machine.versions()))
        report.line(machine.disk_line(state))
        report.line(f"Each rate is the median of {rounds} × {seconds} s (BENCH_ROUNDS, BENCH_SECONDS).")
        report.line()
        for name in names:
            _PARTS[name](Settings(report, state, seconds, rounds))


run(main)
