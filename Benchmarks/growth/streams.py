"""How long the first token takes with ever more streams at once, against the provider alone."""

import asyncio

from growth.first_tokens import ALONE, FirstTokens, write
from growth.settings import Settings
from growth.stream_client import StreamLoad, Target
from harness.simulator import Simulator, simulator
from harness.sluice import KEY, Sluice, sluice
from harness.table import note
from harness.workspace import BenchmarkError

# How many at once, and the words of each: more streams are longer ones, so that it is streams that grow, and not
# requests a second.
_WORDS = {1: 3, 10: 15, 100: 30, 1000: 150}
# The simulator puts three words into an event. Four more tell the role, the end, the usage, and that all is said.
_WORDS_OF_EVENT, _OTHER_EVENTS = 3, 4
_EVENT_MS = 200
# A worker holds all of them.
SETTINGS = {"WORKER_CONCURRENCY": "2000", "DRAIN_TIMEOUT": "1"}
_THROUGH = "through Sluice"


def measure(settings: Settings) -> None:
    cases = [(streams, name) for streams in _WORDS for name in (ALONE, _THROUGH)]
    figures = {case: FirstTokens() for case in cases}
    with simulator(settings.state) as upstream:
        with sluice(settings.state, upstream.base_url, settings=SETTINGS) as running:
            targets = _targets(upstream, running)
            for _ in range(settings.rounds):
                for streams, name in cases:
                    note(f"{streams} streams, {name}")
                    measure_streams(upstream, targets[name], streams, settings.seconds, figures[streams, name])
    _write(settings, figures)


def _targets(upstream: Simulator, running: Sluice) -> dict[str, Target]:
    return {
        ALONE: Target(upstream.port, "/openai/v1/chat/completions", "bench", "sk-provider"),
        _THROUGH: Target(running.port, "/v1/chat/completions", "default", KEY),
    }


def measure_streams(upstream: Simulator, target: Target, streams: int, seconds: int, figures: FirstTokens) -> None:
    """So many at once for so long, into ``figures``."""
    words = _WORDS[streams]
    upstream.behave({"answer": " ".join(["word"] * words), "drip_ms": _EVENT_MS})
    length = (words / _WORDS_OF_EVENT + _OTHER_EVENTS) * _EVENT_MS / 1000
    load = StreamLoad(target, streams, length, seconds)
    asyncio.run(load.run())
    if not load.first_token_ms:
        raise BenchmarkError(f"Of {streams} streams none began and ended well: {load.failures} failed.")
    figures.first_token_ms += load.first_token_ms
    figures.failures += load.failures


def _write(settings: Settings, figures: dict[tuple[int, str], FirstTokens]) -> None:
    text = (
        f"Time to the first token, in ms, of `/v1/chat/completions` with `stream`. The provider sends it {_EVENT_MS} ms "
        f"after the role, and each further piece {_EVENT_MS} ms later. fsync always, one API, one worker."
    )
    write(settings.report, "Streams", text, figures)
