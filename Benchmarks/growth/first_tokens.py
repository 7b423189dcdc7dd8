"""How long first tokens took, and the table of them."""

import statistics
from dataclasses import dataclass, field

from harness.table import Report, number

# Who is asked without Sluice; the others are compared with it.
ALONE = "provider alone"


@dataclass
class FirstTokens:
    """Of streams that were asked in one way."""

    first_token_ms: list[float] = field(default_factory=list)
    failures: int = 0

    @property
    def median(self) -> float:
        return statistics.median(self.first_token_ms)

    def cells(self) -> list[str]:
        times = sorted(self.first_token_ms)
        return [number(self.median), number(times[int(len(times) * 0.99)])]


def write(report: Report, title: str, text: str, figures: dict[tuple[int, str], FirstTokens]) -> None:
    """A row for each, by how many streams there were at once and who was asked; ``ALONE`` is among them."""
    for line in (f"## {title}", "", text, ""):
        report.line(line)
    rows = []
    for (streams, name), each in figures.items():
        added = "" if name == ALONE else number(each.median - figures[streams, ALONE].median)
        measured, errors = str(len(each.first_token_ms)), str(each.failures)
        rows.append([name, f"{streams:,}", *each.cells(), added, measured, errors])
    titles = ["asked", "streams at once", "p50", "p99", "added to p50", "streams measured", "errors"]
    report.table(titles, rows)
