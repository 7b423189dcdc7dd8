"""One gateway under load: what it serves, how long it takes, and what that costs."""

import statistics
from dataclasses import dataclass
from pathlib import Path

from gateways.subjects import Row, Subject
from harness import wrk
from harness.nginx import ANSWER_TEXT
from harness.workspace import BenchmarkError

WARM_UP_SECONDS = 2


@dataclass(frozen=True)
class Sample:
    rate: float
    p50_ms: float
    p99_ms: float
    errors: int
    # By part, for a thousand requests.
    cpu_seconds: dict[str, float]
    # By part, the most of the measured time.
    resident_kib: dict[str, int]

    @staticmethod
    def median(samples: list["Sample"]) -> "Sample":
        """Of several rounds: the middle of each figure, all errors, the most memory."""
        return Sample(
            rate=statistics.median(each.rate for each in samples),
            p50_ms=statistics.median(each.p50_ms for each in samples),
            p99_ms=statistics.median(each.p99_ms for each in samples),
            errors=sum(each.errors for each in samples),
            cpu_seconds={
                part: statistics.median(each.cpu_seconds[part] for each in samples)
                for part in samples[0].cpu_seconds
            },
            resident_kib={
                part: max(each.resident_kib[part] for each in samples) for part in samples[0].resident_kib
            },
        )


def check(row: Row, subject: Subject) -> None:
    """Sees that the gateway does what the row says, before its speed counts for anything."""
    attempts = [row.request.send(subject.port) for _ in range(2)]
    status, headers, body = attempts[-1]
    complaint = None
    if status != row.status:
        complaint = f"answered {status} instead of {row.status}"
    elif row.status == 200 and ANSWER_TEXT not in body:
        complaint = "did not pass on the upstream's answer"
    elif row.cache and headers.get("x-cache") != row.cache:
        complaint = f"said X-Cache: {headers.get('x-cache')} instead of {row.cache}"
    if complaint:
        raise BenchmarkError(f"{row.name} {complaint}: {body[:300]}")


def measure(row: Row, subject: Subject, connections: int, seconds: int, state: Path) -> Sample:
    """Jobs that were accepted are waited for, so that their whole life is in the CPU time."""
    wrk.load(subject.port, row.request, connections, WARM_UP_SECONDS, state)
    subject.drain()
    for process in _processes(subject):
        process.reset_peak()
    before = _cpu_seconds(subject)
    result = wrk.load(subject.port, row.request, connections, seconds, state)
    subject.drain()
    after = _cpu_seconds(subject)
    peaks = {
        part: sum(process.peak_resident_kib() for process in processes)
        for part, processes in subject.parts.items()
    }
    for process in _processes(subject):
        process.check()
    if result.requests == 0:
        raise BenchmarkError(f"{row.name} answered nothing with {connections} connections.")
    return Sample(
        rate=result.rate, p50_ms=result.p50_ms, p99_ms=result.p99_ms, errors=result.errors,
        cpu_seconds={part: (after[part] - before[part]) / result.requests * 1000 for part in after},
        resident_kib=peaks,
    )  # fmt: skip


def _processes(subject: Subject):
    return (process for processes in subject.parts.values() for process in processes)


def _cpu_seconds(subject: Subject) -> dict[str, float]:
    return {
        part: sum(process.cpu_seconds() for process in processes) for part, processes in subject.parts.items()
    }
