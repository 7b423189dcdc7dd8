"""Load from wrk: as many connections as asked for, each of which waits for an answer before it asks again."""

import json
import subprocess
import uuid
from dataclasses import dataclass, field
from pathlib import Path

from harness import web
from harness.processes import plain_environment
from harness.workspace import BenchmarkError

_SCRIPT = Path(__file__).with_name("load.lua")
# Longer than any answer takes: one that is late is no error, its latency is what counts.
_TIMEOUT_SECONDS = 60


@dataclass(frozen=True)
class Request:
    """What is sent; ``@NUMBER@`` in the body is another word in each."""

    path: str
    body: str
    headers: dict[str, str] = field(default_factory=dict)

    def send(self, port: int) -> tuple[int, dict[str, str], str]:
        """Sends it once."""
        body = self.body.replace("@NUMBER@", uuid.uuid4().hex)
        return web.ask(port, self.path, body, {"Content-Type": "application/json", **self.headers})


@dataclass(frozen=True)
class Result:
    requests: int
    seconds: float
    p50_ms: float
    p99_ms: float
    # Answers that are not 2xx, and connections that failed, broke or were silent for a minute.
    errors: int

    @property
    def rate(self) -> float:
        return self.requests / self.seconds


def load(port: int, request: Request, connections: int, seconds: int, state: Path) -> Result:
    """Sends for so long. One thread of wrk is enough for all that is measured here."""
    body = state / "body.json"
    body.write_text(request.body)
    headers = {"Content-Type": "application/json", **request.headers}
    command = [
        "setpriv", "--pdeathsig", "TERM", "wrk", "-t1", f"-c{connections}", f"-d{seconds}s",
        f"--timeout={_TIMEOUT_SECONDS}s", f"--script={_SCRIPT}",
        *(f"--header={name}: {value}" for name, value in headers.items()),
        f"http://127.0.0.1:{port}{request.path}", "--", str(body), uuid.uuid4().hex[:12],
    ]  # fmt: skip
    ended = subprocess.run(
        command, capture_output=True, text=True, env=plain_environment(), start_new_session=True,
        timeout=seconds + 3 * _TIMEOUT_SECONDS,
    )  # fmt: skip
    line = next((line for line in ended.stdout.splitlines() if line.startswith("{")), None)
    if ended.returncode != 0 or line is None:
        raise BenchmarkError(f"wrk failed: {ended.stdout}{ended.stderr}")
    said = json.loads(line)
    return Result(
        requests=said["requests"], seconds=said["microseconds"] / 1e6, p50_ms=said["p50"] / 1000,
        p99_ms=said["p99"] / 1000, errors=said["refused"] + said["broken"],
    )  # fmt: skip
