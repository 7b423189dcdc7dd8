"""Sluice in front of a scripted provider: Redis, an API and a worker of the tests' own."""

import json
import os
import pathlib
import subprocess
import tempfile
import time
import urllib.request
from contextlib import ExitStack, contextmanager

from sluice import Sluice

KEY = "client-tests"


class Program:
    def __init__(self, name: str, log: pathlib.Path, command: list[str], environment: dict[str, str]):
        self.name, self.log = name, log
        with log.open("wb") as output:
            # The kernel ends it when the tests die.
            self.process = subprocess.Popen(
                ["setpriv", "--pdeathsig", "TERM", *command],
                env={"PATH": os.environ["PATH"]} | environment,
                stdout=output,
                stderr=subprocess.STDOUT,
            )

    def wait_for(self, text: str) -> str:
        """The line of its output that has a text."""
        return self.wait_until(lambda: next((x for x in self.log.read_text().splitlines() if text in x), None))

    def wait_until(self, look):
        for _ in range(600):
            if found := look():
                return found
            if self.process.poll() is not None:
                break
            time.sleep(0.05)
        raise RuntimeError(f"{self.name} did not get ready: {self.log.read_text()}")

    def stop(self):
        self.process.terminate()
        self.process.wait(timeout=30)


@contextmanager
def sluice_before(provider_url: str, binaries: str):
    """Sluice whose provider `scripted` is at an address; nothing is answered from the cache."""
    with ExitStack() as stack:
        # Short, because the path of a socket may have 107 bytes only.
        state = pathlib.Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="sluice-")))

        def start(name: str, command: list[str], environment: dict[str, str] | None = None) -> Program:
            program = Program(name, state / f"{name}.log", command, environment or {})
            stack.callback(program.stop)
            return program

        socket = state / "redis.sock"
        redis = ["redis-server", "--port", "0", "--unixsocket", str(socket), "--dir", str(state), "--save", ""]
        start("redis", [*redis, "--maxmemory-policy", "noeviction"]).wait_for("eady to accept connections")
        config = state / "sluice.json"
        provider = {"name": "scripted", "dialect": "openai", "base_url": provider_url, "models": ["m"]}
        config.write_text(json.dumps({"providers": [provider]}))
        environment = {
            "REDIS_URL": f"unix://{socket}",
            "REDIS_TIMEOUT_MS": "10000",
            "HOST": "127.0.0.1",
            "PORT": "0",
            "SERVICE_API_KEY": KEY,
            "CACHE_TTL": "0",
            "RATE_LIMIT": "1000000/second",
            "SLUICE_CONFIG": str(config),
        }
        worker = start("worker", [f"{binaries}/sluice-worker"], environment)
        api = start("api", [f"{binaries}/sluice-api"], environment)
        url = "http://127.0.0.1:" + api.wait_for("listening on").rsplit(":", 1)[1]

        def is_healthy() -> bool:
            with urllib.request.urlopen(f"{url}/health", timeout=10) as answer:
                return json.load(answer)["status"] == "healthy"

        worker.wait_until(is_healthy)
        yield Sluice(url, KEY, url)
