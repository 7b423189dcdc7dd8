"""Figures of several rounds through the same cases."""

import statistics
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from harness import wrk

Case = TypeVar("Case")


@dataclass(frozen=True)
class Figures:
    rate: float
    p50_ms: float
    p99_ms: float
    errors: int

    @staticmethod
    def median(results: list[wrk.Result]) -> "Figures":
        return Figures(
            rate=statistics.median(each.rate for each in results),
            p50_ms=statistics.median(each.p50_ms for each in results),
            p99_ms=statistics.median(each.p99_ms for each in results),
            errors=sum(each.errors for each in results),
        )


def measure_rounds(cases: list[Case], rounds: int, measure: Callable[[Case], wrk.Result]) -> list[Figures]:
    """Round by round through all cases, so that what else the machine does meets all of them alike."""
    results: list[list[wrk.Result]] = [[] for _ in cases]
    for _ in range(rounds):
        for of_case, case in zip(results, cases, strict=True):
            of_case.append(measure(case))
    return [Figures.median(of_case) for of_case in results]
