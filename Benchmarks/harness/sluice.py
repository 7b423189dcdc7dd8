"""Sluice as it is measured: one API and its workers, with a Redis of their own and one provider."""

import contextlib
import re
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from harness import web
from harness.processes import Process, running
from harness.redis import redis
from harness.workspace import BenchmarkError, binaries

KEY = "sk-bench"

_PROVIDERS = """
providers:
  - name: bench
    dialect: openai
    base_url: {base_url}
    key: {{env: BENCH_KEY}}
    models: [{{name: bench, input: 0.15, output: 0.6}}]
routes:
  - name: default
    targets: [bench/bench]
"""

# The bounds are out of the way; all else is as Sluice comes.
_BOUNDS = {
    "RATE_LIMIT": "1000000/second", "MAX_QUEUE": "10000000", "TENANT_MAX_QUEUE": "10000000",
    "MAX_QUEUE_BYTES": "100000000000", "TENANT_MAX_QUEUE_BYTES": "100000000000",
}  # fmt: skip


@dataclass(frozen=True)
class Sluice:
    port: int
    redis_url: str
    api: Process
    workers: list[Process]
    redis: Process

    @property
    def parts(self) -> dict[str, list[Process]]:
        return {"API": [self.api], "worker": self.workers, "Redis": [self.redis]}

    def open_jobs(self) -> tuple[int, int] | None:
        """How many jobs wait and how many run; nothing while Redis is too busy to tell."""
        health = web.get_json(self.port, "/health")
        if health.get("redis", {}).get("status") != "up":
            return None
        return health["queue"]["depth"], health["queue"]["running"]

    def wait_for_jobs(self, open_jobs: tuple[int, int], seconds: float = 600) -> None:
        """Waits until so many jobs wait and so many run."""
        deadline = time.monotonic() + seconds
        while (found := self.open_jobs()) != open_jobs:
            if time.monotonic() > deadline:
                raise BenchmarkError(f"After {seconds:.0f} s {found} jobs waited and ran, instead of {open_jobs}.")
            self.api.check()
            time.sleep(0.1)

    def drain(self) -> None:
        self.wait_for_jobs((0, 0))


@contextlib.contextmanager
def sluice(
    state: Path, base_url: str, fsync: str = "always", workers: int = 1,
    settings: dict[str, str] | None = None, programs: Path | None = None, maxmemory: str = "0",
) -> Iterator[Sluice]:  # fmt: skip
    """``base_url`` is the provider's, in OpenAI's dialect; ``settings`` are further variables of Sluice; ``programs`` is
    where its programs are, if not where the release is; ``maxmemory`` is Redis' own."""
    folder = programs or binaries()
    providers = state / "providers.yaml"
    providers.write_text(_PROVIDERS.format(base_url=base_url))
    with contextlib.ExitStack() as stack:
        url, server = stack.enter_context(redis(state, fsync, maxmemory))
        environment = {
            "REDIS_URL": url, "HOST": "127.0.0.1", "PORT": "0", "SERVICE_API_KEY": KEY, "BENCH_KEY": "sk-provider",
            "SLUICE_CONFIG": str(providers), **_BOUNDS, **(settings or {}),
        }  # fmt: skip

        def start(name: str, program: str) -> Process:
            return stack.enter_context(running(name, [str(folder / program)], state / f"{name}.log", environment))

        pullers = [start(f"worker-{number}", "sluice-worker") for number in range(1, workers + 1)]
        api = start("api", "sluice-api")
        api.wait_until(lambda: _port(api) is not None)
        port = _port(api) or 0
        api.wait_until(lambda: _is_healthy(port, workers))
        yield Sluice(port, url, api, pullers, server)


def _port(api: Process) -> int | None:
    match = re.search(r"listening on .*:(\d+)$", api.output(), re.MULTILINE)
    return int(match[1]) if match else None


def _is_healthy(port: int, workers: int) -> bool:
    health = web.get_json(port, "/health")
    return health.get("status") == "healthy" and health.get("workers") == workers
