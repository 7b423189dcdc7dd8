"""Markdown, as it is printed and kept in .build/bench/."""

import sys

from harness.workspace import REPORTS


class Report:
    """Prints each line at once and keeps all of them in a file."""

    def __init__(self, name: str):
        REPORTS.mkdir(parents=True, exist_ok=True)
        self._file = open(REPORTS / f"{name}.md", "w")  # noqa: SIM115

    def __enter__(self) -> "Report":
        return self

    def __exit__(self, *_) -> None:
        self._file.close()

    def line(self, text: str = "") -> None:
        for output in (sys.stdout, self._file):
            print(text, file=output, flush=True)

    def table(self, titles: list[str], rows: list[list[str]], words: int = 1) -> None:
        """The first ``words`` columns are text, the others numbers."""
        self.line(_row(titles))
        self.line(_row(["---" if index < words else "---:" for index in range(len(titles))]))
        for each in rows:
            self.line(_row(each))
        self.line()


def note(text: str) -> None:
    """What goes on, for who watches; no part of the report."""
    print(text, file=sys.stderr, flush=True)


def number(value: float) -> str:
    """Three significant digits, or all before the point."""
    if abs(value) >= 100:
        return f"{value:,.0f}"
    if abs(value) >= 10:
        return f"{value:.1f}"
    return f"{value:.2f}" if abs(value) >= 0.1 or value == 0 else f"{value:.3f}"


def mebibytes(kib: float) -> str:
    return f"{kib / 1024:.0f}" if kib >= 102_400 else f"{kib / 1024:.1f}"


def _row(cells: list[str]) -> str:
    return "| " + " | ".join(cells) + " |"
