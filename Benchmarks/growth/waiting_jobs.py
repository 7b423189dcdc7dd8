"""What a step of the queue costs Redis when much waits, and many tenants do."""

from growth.settings import Settings
from harness.processes import running
from harness.table import note
from harness.workspace import ROOT, BenchmarkError

# It may have to be built first, and puts a million jobs into Redis twice.
_SECONDS = 1800


def measure(settings: Settings) -> None:
    settings.report.line("## Jobs and tenants that wait")
    settings.report.line()
    settings.report.line("Time in Redis for each step of a job, by Redis' own count; the ratios are those of the same turn. Aim: 1.5.")
    settings.report.line()
    command = [str(ROOT / "Benchmarks" / "queue-growth")]
    with running("queue-growth", command, settings.state / "queue-growth.log") as process:
        status = process.wait(_SECONDS)
        lines = [line for line in process.output().splitlines() if line.startswith("| ")]
        if status != 0 or not lines:
            note(process.output())
            raise BenchmarkError(f"Benchmarks/queue-growth failed ({status}).")
    for line in lines:
        settings.report.line(line)
    settings.report.line()
