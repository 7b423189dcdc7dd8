"""What an API takes while the streams of many coding agents are open, whose requests are long."""

import asyncio
import json
import time
import uuid
from pathlib import Path

from growth.dialects import CHAT, MESSAGES, RESPONSES, Dialect, Function
from growth.settings import Settings
from growth.stream_client import Stream, Target
from harness.simulator import simulator
from harness.sluice import KEY, Sluice, sluice
from harness.table import mebibytes, note
from harness.workspace import BenchmarkError

_AGENTS = 500
_REQUEST_BYTES = 50_000
_TURNS = 9
_FUNCTIONS = 16
# The simulator puts three words into an event. All streams are open before the first one ends.
_EVENTS, _EVENT_MS = 25, 1000
# Between two agents that come, so that it is open streams that are measured, and not a burst.
_PAUSE_SECONDS = 0.01
# How long an API may take to give back what it can.
_REST_SECONDS = 2
# A worker holds all of them.
_SETTINGS = {"WORKER_CONCURRENCY": "2000", "DRAIN_TIMEOUT": "1"}
_TEXT = "The quick brown fox jumps over the lazy dog. "


def measure(settings: Settings) -> None:
    rows = [_of(dialect, settings.state) for dialect in (CHAT, MESSAGES, RESPONSES)]
    report = settings.report
    report.line("## Agents")
    report.line()
    report.line(
        f"Resident, in MiB, of an API by what it is asked in: at rest; while the streams of {_AGENTS} agents are open, whose "
        f"requests have {_REQUEST_BYTES / 1000:.0f} KB each, of {_TURNS} turns and {_FUNCTIONS} functions; at most; "
        f"{_REST_SECONDS} s after the last has ended. The last column is the worker's, which asks the provider for chat "
        "completions."
    )
    report.line()
    report.table(["asked", "at rest", f"{_AGENTS} open", "peak", "after", "worker, at most"], rows)


def _of(dialect: Dialect, state: Path) -> list[str]:
    with simulator(state) as upstream:
        upstream.behave({"answer": " ".join(["word"] * _EVENTS * 3), "drip_ms": _EVENT_MS})
        # A process that has not seen another dialect's.
        with sluice(state, upstream.base_url, settings=_SETTINGS) as running:
            note(f"{_AGENTS} agents, {dialect.name}")
            rest = running.api.resident_kib()
            for process in [running.api, *running.workers]:
                process.reset_peak()
            opened = asyncio.run(_stream(dialect, running))
            peak = running.api.peak_resident_kib()
            time.sleep(_REST_SECONDS)
            after = running.api.resident_kib()
            worker = sum(each.peak_resident_kib() for each in running.workers)
    return [f"`{dialect.path}`", *map(mebibytes, [rest, opened, peak, after, worker])]


async def _stream(dialect: Dialect, running: Sluice) -> int:
    """Opens all streams and reads them to their ends. Returns what the API had while all were open."""
    target = Target(running.port, dialect.path, "default", KEY, dialect)
    streams = []
    for _ in range(_AGENTS):
        request = target.request_of(_body(dialect))
        _, stream = await asyncio.get_running_loop().create_connection(
            lambda request=request: Stream(request, dialect), "127.0.0.1", target.port
        )
        streams.append(stream)
        await asyncio.sleep(_PAUSE_SECONDS)
    while not all(each.first_token for each in streams):
        if any(each.ended.done() for each in streams):
            raise BenchmarkError(f"Of {len(streams)} streams some ended before all had begun.")
        await asyncio.sleep(0.1)
    opened = running.api.resident_kib()
    wholes = await asyncio.wait_for(asyncio.gather(*(each.ended for each in streams)), 3 * _EVENTS * _EVENT_MS / 1000)
    if not all(wholes):
        raise BenchmarkError(f"{wholes.count(False)} of {len(wholes)} streams were cut.")
    return opened


def _body(dialect: Dialect) -> dict:
    """No two are equal, as conversations are not."""
    functions = [_function(number) for number in range(_FUNCTIONS)]
    frame = len(json.dumps(dialect.body("default", [""] * _TURNS, functions)))
    size = (_REQUEST_BYTES - frame) // _TURNS
    name = uuid.uuid4().hex
    turns = [f"{name} {number}: {_TEXT * (size // len(_TEXT) + 1)}"[:size] for number in range(_TURNS)]
    return dialect.body("default", turns, functions)


def _function(number: int) -> Function:
    members = {
        name: {"type": kind, "description": _TEXT * 2}
        for name, kind in {"path": "string", "pattern": "string", "limit": "integer", "recursive": "boolean"}.items()
    }
    schema = {"type": "object", "properties": members, "required": ["path"], "additionalProperties": False}
    return Function(f"tool_{number}", _TEXT * 6, schema)
