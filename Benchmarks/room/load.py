"""A given number of requests at full rate, the status of each answer counted."""

import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from harness.processes import running
from harness.sluice import KEY
from harness.workspace import BenchmarkError

_SCRIPT = Path(__file__).with_name("requests.lua")
_TIMEOUT_SECONDS = 60


@dataclass(frozen=True)
class Answers:
    seconds: float
    statuses: dict[str, int]
    # From the cache: none, since no two requests are equal.
    hits: int
    # Of jobs that were accepted (202), each of which must be found answered.
    ids: list[str]
    # Status and body of the first few of each other status than 200 and 202.
    samples: list[str]

    @property
    def requests(self) -> int:
        return sum(self.statuses.values())

    @property
    def accepted(self) -> int:
        return self.statuses.get("200", 0) + self.statuses.get("202", 0)


def send(
    port: int, count: int, jobs_every: int, connections: int, seconds: int, state: Path, each_second: Callable[[], None]
) -> Answers:
    """``seconds`` bounds the time; ``jobs_every`` 100 is one ``POST /jobs`` in a hundred, 0 none."""
    ids, bodies = state / "ids", state / "bodies"
    command = [
        "wrk", "-t1", f"-c{connections}", f"-d{seconds}s", f"--timeout={_TIMEOUT_SECONDS}s", f"--script={_SCRIPT}",
        "--header=Content-Type: application/json", f"--header=X-API-Key: {KEY}",
        f"http://127.0.0.1:{port}/", "--", str(count), str(jobs_every), str(ids), str(bodies),
    ]  # fmt: skip
    begin = time.monotonic()
    with running("wrk", command, state / "wrk.log") as wrk:
        while not wrk.ends_within(1):
            each_second()
            if time.monotonic() - begin > seconds + _TIMEOUT_SECONDS:
                raise BenchmarkError(f"wrk has not ended after {seconds} s.")
        took = time.monotonic() - begin
        line = next((line for line in wrk.output().splitlines() if line.startswith('{"answered"')), None)
        if line is None:
            raise BenchmarkError(f"The {count:,} requests were not done in {seconds:,} s:\n{wrk.output()}")
    said = json.loads(line)
    return Answers(took, said["statuses"], said["hits"], ids.read_text().split(), bodies.read_text().splitlines())
