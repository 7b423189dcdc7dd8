"""The table of gateways and the ratios that Sluice aims at."""

from gateways.measure import Sample
from harness.table import Report, mebibytes, number

# By the row's name and the number of connections.
Samples = dict[tuple[str, int], Sample]

_ALWAYS = "Sluice `/query`, fsync always"
_ROUTER = "sglang-router"


def write_samples(report: Report, samples: Samples) -> None:
    titles = [
        "gateway", "connections", "requests/s", "p50 (ms)", "p99 (ms)", "errors",
        "CPU seconds for a thousand requests", "peak RSS (MiB)",
    ]  # fmt: skip
    report.table(titles, [
        [
            name, str(connections), number(each.rate), number(each.p50_ms), number(each.p99_ms),
            str(each.errors), number(sum(each.cpu_seconds.values())), mebibytes(sum(each.resident_kib.values())),
        ]
        for (name, connections), each in samples.items()
    ])  # fmt: skip


def write_parts(report: Report, samples: Samples) -> None:
    """Of those that consist of several programs, each apart."""
    several = {key: each for key, each in samples.items() if len(each.cpu_seconds) > 1}
    if not several:
        return
    parts = list(next(iter(several.values())).cpu_seconds)
    report.line("CPU seconds for a thousand requests, and peak RSS, of each part of Sluice:")
    report.line()
    titles = ["gateway", "connections", *(f"{part} (s)" for part in parts), *(f"{part} (MiB)" for part in parts)]
    report.table(titles, [
        [
            name, str(connections), *(number(each.cpu_seconds[part]) for part in parts),
            *(mebibytes(each.resident_kib[part]) for part in parts),
        ]
        for (name, connections), each in samples.items() if (name, connections) in several
    ])  # fmt: skip


def write_ratios(report: Report, samples: Samples) -> None:
    """Of rows that were measured in the same run; those of a peer that is missing are left out."""
    wanted = [
        ("requests/s", _ALWAYS, _ROUTER, 32),
        ("requests/s", _ALWAYS, "LiteLLM, 2 workers", 32),
        ("requests/s", "Sluice `/query`, from the cache", _ROUTER, 32),
        ("requests/s", "Sluice `POST /jobs`, fsync always", _ROUTER, 32),
        ("p50", "Sluice `/query`, fsync everysec", _ROUTER, 1),
        ("p50", _ALWAYS, _ROUTER, 1),
    ]
    rows = []
    for figure, ours, theirs, connections in wanted:
        pair = samples.get((ours, connections)), samples.get((theirs, connections))
        if pair[0] and pair[1]:
            values = [each.rate if figure == "requests/s" else each.p50_ms for each in pair]
            rows.append([figure, ours, theirs, str(connections), number(values[0] / values[1])])
    if rows:
        report.table(["figure", "of", "divided by that of", "connections", "ratio"], rows, words=3)
