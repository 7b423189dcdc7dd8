"""python3 -m gateways [PART OF A ROW'S NAME …]: measures all rows, or those named."""

import sys
from collections.abc import Iterator
from pathlib import Path

from gateways import peers
from gateways.measure import Sample, check, measure
from gateways.report import Samples, write_parts, write_ratios, write_samples
from gateways.subjects import Row, rows
from harness import machine, nginx
from harness.processes import StartError
from harness.table import Report, note
from harness.workspace import BenchmarkError, number_setting, run, workspace

CONNECTIONS = (1, 32, 128)


def main() -> None:
    seconds, rounds = number_setting("BENCH_SECONDS", 5), number_setting("BENCH_ROUNDS", 3)
    chosen = [row for row in rows() if _is_wanted(row)]
    if not chosen:
        raise BenchmarkError("No row has such a name. There are:\n" + "\n".join(row.name for row in rows()))
    with workspace() as state, Report("gateways") as report:
        missing = _install(chosen)
        chosen = [row for row in chosen if row.peer not in missing]
        versions = machine.versions() | {row.peer: peers.version(row.peer) for row in chosen if row.peer}
        report.line(machine.head_line(versions))
        report.line(machine.disk_line(state))
        report.line(f"Each figure is the median of {rounds} × {seconds} s (BENCH_ROUNDS, BENCH_SECONDS).")
        for name, reason in missing.items():
            report.line(f"{name} is left out, because it could not be installed: {reason}")
        report.line()
        samples, failed = _measure_all(chosen, seconds, rounds, state)
        for name, reason in failed.items():
            report.line(f"{name} is left out, because it did not serve: {reason}")
            report.line()
        write_samples(report, samples)
        write_parts(report, samples)
        write_ratios(report, samples)


def _is_wanted(row: Row) -> bool:
    return not sys.argv[1:] or any(part.lower() in row.name.lower() for part in sys.argv[1:])


def _install(chosen: list[Row]) -> dict[str, str]:
    """Installs the peers before anything is measured. Returns those that are missing, with the reason."""
    missing = {}
    for row in chosen:
        if row.peer:
            try:
                peers.installed(row.peer)
            except peers.Missing as error:
                missing[row.peer] = str(error)
    return missing


def _measure_all(
    chosen: list[Row], seconds: int, rounds: int, state: Path
) -> tuple[Samples, dict[str, str]]:
    """Round by round through all rows, so that what else the machine does meets all of them alike.

    A peer that does not serve, here or now, does not end the run: returns which did not, with the reason.
    """
    all_samples: dict[tuple[str, int], list[Sample]] = {}
    failed: dict[str, str] = {}
    with nginx.upstream(state) as (upstream_port, _):
        for number in range(1, rounds + 1):
            for row in (row for row in chosen if row.peer not in failed):
                note(f"round {number} of {rounds}: {row.name}")
                try:
                    for connections, sample in _measure_row(row, upstream_port, seconds, state):
                        all_samples.setdefault((row.name, connections), []).append(sample)
                except (StartError, BenchmarkError) as error:
                    if not row.peer:
                        raise
                    failed[row.peer] = str(error).splitlines()[0].rstrip(":")
                    note(f"{row.name}: {error}")
    served = {row.name for row in chosen if row.peer not in failed}
    medians = {key: Sample.median(samples) for key, samples in all_samples.items() if key[0] in served}
    return medians, failed


def _measure_row(row: Row, upstream_port: int, seconds: int, state: Path) -> Iterator[tuple[int, Sample]]:
    with row.start(state, upstream_port) as subject:
        check(row, subject)
        for connections in CONNECTIONS:
            yield connections, measure(row, subject, connections, seconds, state)


run(main)
