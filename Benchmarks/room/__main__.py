"""python3 -m room: COUNT requests (a million) through a Redis of MAXMEMORY_MB (64), then as many, 1 % of them jobs."""

from harness import machine, nginx
from harness.table import Report, note, number
from harness.workspace import BenchmarkError, number_setting, run, workspace
from room.rounds import CONNECTIONS, FSYNC, Load, Outcome, measure

_TEXT = ("Finished work is forgotten in time, and gives way before anything is refused. " * 13)[:1000]
_ROUNDS = {"`/query`": 0, "`/query`, 1 % `POST /jobs`": 100}
# Less than a slow machine does in a second: what is slower than this does not end.
_SLOWEST_RATE = 300
_START_SECONDS = 60


def main() -> None:
    count, megabytes = number_setting("COUNT", 1_000_000), number_setting("MAXMEMORY_MB", 64)
    bound = _START_SECONDS + count // _SLOWEST_RATE
    with workspace() as state, Report("room") as report:
        report.line(machine.head_line(machine.versions()))
        report.line(machine.disk_line(state))
        report.line(
            f"{count:,} requests a round (COUNT), no two equal, on {CONNECTIONS} connections; answers of 1 KB, the "
            f"cache on; maxmemory {megabytes}mb (MAXMEMORY_MB), noeviction, appendfsync {FSYNC}. One API, one worker."
        )
        report.line()
        outcomes = {}
        with nginx.upstream(state, _TEXT) as (upstream, _):
            asked = Load(count, megabytes, upstream, _TEXT, bound)
            for name, jobs_every in _ROUNDS.items():
                note(f"{count:,} requests: {name}")
                outcomes[name] = measure(state, asked, jobs_every)
        _write(report, outcomes)
    if any(outcome.faults() for outcome in outcomes.values()):
        raise BenchmarkError("Something was refused or lost, or memory went beyond its bound.")


def _write(report: Report, outcomes: dict[str, Outcome]) -> None:
    report.table(
        [
            "requests", "answered", "requests/s", "by status", "jobs ended", "fetched afterwards", "lost",
            "most used (MB)", "refused by Redis, taken again", "seconds full",
        ],
        [
            [
                name, f"{each.answers.requests:,}", number(each.answers.requests / each.answers.seconds),
                _counts(each.answers.statuses), _counts({state: n for state, n in each.ended.items() if n}),
                f"{len(each.answers.ids):,}", f"{len(each.lost):,}",
                f"{_mb(max(each.peak, each.used))} of {_mb(each.limit)}", f"{each.oom:,}", str(each.full),
            ]
            for name, each in outcomes.items()
        ],
    )  # fmt: skip
    report.line("Gave way, in things; the most of each part, in MB:")
    report.line()
    dropped, parts = (sorted({key for each in outcomes.values() for key in pick(each)}) for pick in (_dropped, _parts))
    report.table(
        ["requests", *(f"{part} dropped" for part in dropped), *parts],
        [
            [
                name, *(f"{each.dropped.get(part, 0):,}" for part in dropped),
                *(_mb(each.parts.get(part, 0)) for part in parts),
            ]
            for name, each in outcomes.items()
        ],
    )  # fmt: skip
    for name, each in outcomes.items():
        for sentence in each.faults():
            report.line(f"**{name}: {sentence}**")
        for sample in [*each.answers.samples, *each.lost[:3]]:
            report.line(f"- {sample}")


def _dropped(outcome: Outcome) -> dict[str, int]:
    return outcome.dropped


def _parts(outcome: Outcome) -> dict[str, int]:
    return outcome.parts


def _counts(counts: dict[str, int]) -> str:
    return ", ".join(f"{key}: {counts[key]:,}" for key in sorted(counts))


def _mb(size: int) -> str:
    return f"{size / 1e6:.1f}"


run(main)
