"""What is measured: how each gateway is started, and what it is asked."""

import contextlib
import json
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

from gateways import peers
from harness import nginx
from harness.processes import Process
from harness.sluice import KEY, sluice
from harness.wrk import Request


@dataclass(frozen=True)
class Subject:
    """A gateway that runs."""

    port: int
    # All that serves its requests; not the upstream.
    parts: dict[str, list[Process]]
    # Waits until what was accepted is done.
    drain: Callable[[], None] = lambda: None


@dataclass(frozen=True)
class Row:
    name: str
    start: Callable[[Path, int], AbstractContextManager[Subject]]
    request: Request
    status: int = 200
    # In the header `X-Cache`, where Sluice says so.
    cache: str | None = None
    # The package that it is installed from.
    peer: str | None = None


_PROMPT = "What does request number @NUMBER@ cost us in the end?"
_SAME_PROMPT = "What does the same request cost us in the end?"


def rows() -> list[Row]:
    """In the order of the table."""
    return [
        Row("direct to nginx", _direct, _chat("bench")),
        Row("nginx as a proxy", _proxy, _chat("bench")),
        Row("Sluice `/query`, fsync always", _sluice("always"), _native("/query"), cache="miss"),
        Row("Sluice `/query`, fsync everysec", _sluice("everysec"), _native("/query"), cache="miss"),
        Row("Sluice `/query`, from the cache", _sluice("always"), _native("/query", _SAME_PROMPT), cache="hit"),
        Row("Sluice `POST /jobs`, fsync always", _sluice("always"), _native("/jobs"), status=202),
        Row("Sluice `/v1/chat/completions`, fsync always", _sluice("always"), _chat("default"), cache="miss"),
        Row("LiteLLM, 2 workers", _peer(peers.litellm), _chat("bench"), peer="litellm"),
        Row("sglang-router", _peer(peers.sglang_router), _chat("bench"), peer="sglang-router"),
    ]


def _chat(model: str) -> Request:
    message = {"role": "user", "content": _PROMPT}
    body = json.dumps({"model": model, "messages": [message], "max_tokens": 64})
    # All who ask for a key are given the same one.
    return Request("/v1/chat/completions", body, {"Authorization": f"Bearer {KEY}"})


def _native(path: str, prompt: str = _PROMPT) -> Request:
    return Request(path, json.dumps({"prompt": prompt, "max_tokens": 64}), {"X-API-Key": KEY})


@contextlib.contextmanager
def _direct(state: Path, _upstream_port: int) -> Iterator[Subject]:
    # An upstream of its own, so that it counts as the thing measured.
    with nginx.upstream(state) as (port, process):
        yield Subject(port, {"nginx": [process]})


@contextlib.contextmanager
def _proxy(state: Path, upstream_port: int) -> Iterator[Subject]:
    with nginx.proxy(state, upstream_port) as (port, process):
        yield Subject(port, {"nginx": [process]})


def _sluice(fsync: str) -> Callable[[Path, int], AbstractContextManager[Subject]]:
    @contextlib.contextmanager
    def start(state: Path, upstream_port: int) -> Iterator[Subject]:
        with sluice(state, f"http://127.0.0.1:{upstream_port}/v1", fsync) as running:
            yield Subject(running.port, running.parts, running.drain)

    return start


def _peer(launch) -> Callable[[Path, int], AbstractContextManager[Subject]]:
    @contextlib.contextmanager
    def start(state: Path, upstream_port: int) -> Iterator[Subject]:
        with launch(state, upstream_port) as (port, process):
            yield Subject(port, {process.name: [process]})

    return start
