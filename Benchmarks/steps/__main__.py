"""python3 -m steps [CHECKOUT…]: what limits and budgets cost Redis, in its own time and in instructions.

For each checkout of Sluice (this one, without any given), an admission and the end of a job are timed plain, and with three
limits of requests, three of tokens, two hard budgets and a bound of running jobs, whose amounts differ from request to
request. Times are what `INFO commandstats` says; all subjects take turns, and the quickest round counts, which others on
the machine disturbed least. Instructions are callgrind's, of the steps only.
"""

import argparse

from steps import callgrind
from steps.server import Server
from steps.subject import Subject, subjects

# How many jobs a step takes, and whether a worker waits for them.
_CASES = [(1, True), (1, False), (20, True), (20, False)]


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("checkouts", nargs="*", default=["."])
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--jobs", type=int, default=400)
    parser.add_argument("--no-instructions", action="store_true")
    parser.add_argument("--no-times", action="store_true")
    parser.add_argument("--quick", action="store_true", help="only jobs that are handed over")
    arguments = parser.parse_args()
    cases = [case for case in _CASES if case[1] or not arguments.quick]
    measured = subjects(arguments.checkouts)
    if not arguments.no_times:
        print(f"{'microseconds for a job':44}{'admit':>12}{'':>8}{'complete':>12}")
        with Server() as server:
            for case in cases:
                _print(*case, measured, _times(server, measured, *case, arguments))
    if not arguments.no_instructions:
        print(f"{'instructions for a job':44}{'admit':>12}{'':>8}{'complete':>12}")
        for case in cases:
            _print(*case, measured, {subject: callgrind.instructions(subject, *case) for subject in measured})


def _times(server: Server, measured: list[Subject], jobs_at_once: int, is_handed: bool, arguments) -> dict:
    found = {subject: [] for subject in measured}
    for _ in range(arguments.rounds):
        for subject in measured:
            found[subject].append(server.time(subject, arguments.jobs, jobs_at_once, is_handed))
    return {subject: [min(column) for column in zip(*rounds)] for subject, rounds in found.items()}


def _print(jobs_at_once: int, is_handed: bool, measured: list[Subject], found: dict) -> None:
    first = found[measured[0]]
    for subject in measured:
        name = f"{subject.name}, {jobs_at_once} a step, {'handed over' if is_handed else 'queued'}"
        cells = "".join(
            f"{value:>12.1f}{100 * (value / base - 1):>+7.0f}%" for value, base in zip(found[subject], first)
        )
        print(f"{name:44}{cells}", flush=True)


if __name__ == "__main__":
    main()
