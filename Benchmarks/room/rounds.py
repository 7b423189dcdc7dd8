"""One round: a Redis of its own, all requests, and what became of them."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from harness.sluice import Sluice, sluice
from harness.table import note
from room.fetch import lost
from room.load import Answers, send
from room.watch import Watch, info, metrics

# A crash may cost the last second of it; what is asked here is what memory costs.
FSYNC = "everysec"
CONNECTIONS = 32
_NOTE_EVERY_SECONDS = 15


@dataclass(frozen=True)
class Outcome:
    answers: Answers
    lost: list[str]
    # By state, as the API's metrics count them.
    ended: dict[str, int]
    # What gave way, by part.
    dropped: dict[str, int]
    # The most of each part in bytes, as Sluice counts them, and of all memory, as Redis does: looked at each second.
    parts: dict[str, int]
    used: int
    # The most that Redis saw itself, ten times a second, and its bound.
    peak: int
    limit: int
    # Steps that Redis refused for want of memory; Sluice makes room then and takes them again.
    oom: int
    # Seconds in which Sluice said that Redis is full.
    full: int

    def faults(self) -> list[str]:
        """What should not be, in sentences."""
        answers, found = self.answers, []
        for status in sorted(answers.statuses.keys() - {"200", "202"}):
            found.append(f"{answers.statuses[status]:,} answers were {status}.")
        if self.lost:
            found.append(f"{len(self.lost):,} accepted jobs have no answer.")
        ended = sum(self.ended.values())
        if ended != answers.accepted or self.ended.get("succeeded", 0) != ended:
            found.append(f"{answers.accepted:,} jobs were accepted, and {ended:,} have ended: {self.ended}.")
        if self.peak > self.limit * 1.05:
            found.append(f"Redis used {self.peak:,} bytes of {self.limit:,}.")
        if answers.hits:
            found.append(f"{answers.hits:,} requests were answered by the cache, though all differ.")
        return found


@dataclass(frozen=True)
class Load:
    """What is asked for. ``megabytes`` is Redis' maxmemory; ``text`` is what the provider on port ``upstream`` answers."""

    count: int
    megabytes: int
    upstream: int
    text: str
    # The bound of its time.
    seconds: int


def measure(state: Path, asked: Load, jobs_every: int) -> Outcome:
    """``jobs_every`` 100 makes one request in a hundred a ``POST /jobs``; 0 none."""
    base_url = f"http://127.0.0.1:{asked.upstream}/v1"
    with sluice(state, base_url, FSYNC, maxmemory=f"{asked.megabytes}mb") as running:
        watch, look = _watched(running)
        answers = send(running.port, asked.count, jobs_every, CONNECTIONS, asked.seconds, state, look)
        running.drain()
        counts = metrics(running.port)
        note(f"{len(answers.ids):,} jobs are fetched")
        missing = lost(running.port, answers.ids, asked.text)
        memory, errors = info(running.redis_url, "memory"), info(running.redis_url, "errorstats")
        return Outcome(
            answers=answers, lost=missing, ended=counts["sluice_jobs_ended_total"],
            dropped=counts["sluice_dropped_total"], parts=watch.parts, used=watch.used,
            peak=int(memory["used_memory_peak"]), limit=int(memory["maxmemory"]),
            oom=int(errors.get("errorstat_OOM", "count=0").removeprefix("count=")), full=watch.full,
        )  # fmt: skip


def _watched(running: Sluice) -> tuple[Watch, Callable[[], None]]:
    """A watch, and what is to be called each second: it tells how far all is, too."""
    watch, next_note = Watch(running), time.monotonic() + _NOTE_EVERY_SECONDS

    def look() -> None:
        nonlocal next_note
        watch.look()
        if time.monotonic() >= next_note:
            next_note += _NOTE_EVERY_SECONDS
            note(f"{watch.ended:,} jobs have ended; Redis used {watch.used:,} bytes at most")

    return watch, look
