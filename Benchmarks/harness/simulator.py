"""Sluice's provider simulator: an upstream that streams and waits as it is told."""

import contextlib
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from harness import web
from harness.processes import Process, running
from harness.workspace import BenchmarkError, binaries


@dataclass(frozen=True)
class Simulator:
    port: int
    process: Process

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self.port}/openai/v1"

    def behave(self, behaviour: dict) -> None:
        """Answers everything like that from now on."""
        rules = json.dumps([{"behaviour": behaviour}])
        status, _, body = web.ask(self.port, "/_simulator/rules", rules, method="PUT")
        if status != 200:
            raise BenchmarkError(f"The simulator refused its rule: {body}")


@contextlib.contextmanager
def simulator(state: Path) -> Iterator[Simulator]:
    command = [str(binaries() / "sluice-simulator"), "--port", "0", "--no-record"]
    with running("simulator", command, state / "simulator.log") as process:
        process.wait_until(lambda: process.says("listening on"))
        port = re.search(r"listening on .*:(\d+)", process.output())
        yield Simulator(int(port[1]) if port else 0, process)
