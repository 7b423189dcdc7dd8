"""What the processes take while they rest, and while a thousand clients wait for an answer."""

import contextlib
import json
import socket

from growth.settings import Settings
from harness.simulator import simulator
from harness.sluice import KEY, Sluice, sluice
from harness.table import mebibytes, note

_WAITING = 1000
# Longer than it takes all of them to come.
_ANSWER_AFTER_MS = 30_000
# A worker holds all of them at once, so that its share is in the figure, too.
_SETTINGS = {"WORKER_CONCURRENCY": str(_WAITING), "QUERY_WAIT": "60", "DRAIN_TIMEOUT": "1"}


def measure(settings: Settings) -> None:
    state = settings.state
    with simulator(state) as upstream:
        upstream.behave({"latency_ms": _ANSWER_AFTER_MS})
        with sluice(state, upstream.base_url, settings=_SETTINGS) as running:
            note("memory at rest")
            idle = _resident(running)
            note(f"memory with {_WAITING} waiting requests")
            with contextlib.ExitStack() as stack:
                for number in range(_WAITING):
                    stack.enter_context(_ask(running.port, number))
                running.wait_for_jobs((0, _WAITING), seconds=_ANSWER_AFTER_MS / 1000)
                waiting = _resident(running)
    report = settings.report
    report.line("## Memory")
    report.line()
    report.line(f"Resident, in MiB: at rest, and with {_WAITING:,} clients waiting on `/query`, all jobs running.")
    report.line()
    report.table(
        ["process", "at rest", f"{_WAITING:,} waiting"],
        [[part, mebibytes(idle[part]), mebibytes(waiting[part])] for part in idle],
    )


def _resident(running: Sluice) -> dict[str, int]:
    return {part: sum(each.resident_kib() for each in processes) for part, processes in running.parts.items()}


def _ask(port: int, number: int) -> socket.socket:
    """A client that has asked and does not read."""
    body = json.dumps({"prompt": f"What does waiting client number {number} cost?", "max_tokens": 64})
    client = socket.create_connection(("127.0.0.1", port), timeout=10)
    head = (
        f"POST /query HTTP/1.1\r\nHost: 127.0.0.1\r\nX-API-Key: {KEY}\r\nContent-Type: application/json\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    )
    client.sendall((head + body).encode())
    return client
