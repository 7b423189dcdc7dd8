"""How long the first token takes in each dialect that a client may speak, beside the provider alone."""

from growth.dialects import CHAT, GEMINI, MESSAGES, RESPONSES
from growth.first_tokens import ALONE, FirstTokens, write
from growth.settings import Settings
from growth.stream_client import Target
from growth.streams import SETTINGS, measure_streams
from harness.simulator import Simulator, simulator
from harness.sluice import KEY, Sluice, sluice
from harness.table import note

_STREAMS = [1, 100]


def measure(settings: Settings) -> None:
    figures: dict[tuple[int, str], FirstTokens] = {}
    with simulator(settings.state) as upstream:
        with sluice(settings.state, upstream.base_url, settings=SETTINGS) as running:
            # One round only: with five targets it takes a minute and a half as it is.
            for streams in _STREAMS:
                for name, target in _targets(upstream, running).items():
                    note(f"{streams} streams, {name}")
                    figures[streams, name] = FirstTokens()
                    measure_streams(upstream, target, streams, settings.seconds, figures[streams, name])
    _write(settings, figures)


def _targets(upstream: Simulator, running: Sluice) -> dict[str, Target]:
    through = {
        f"`/{each.path.lstrip('/')}`".replace("{model}", "…"): Target(running.port, each.path, "default", KEY, each)
        for each in (CHAT, MESSAGES, RESPONSES, GEMINI)
    }
    return {ALONE: Target(upstream.port, "/openai/v1/chat/completions", "bench", "sk-provider"), **through}


def _write(settings: Settings, figures: dict[tuple[int, str], FirstTokens]) -> None:
    text = (
        f"Time to the first token, in ms, as above, {settings.seconds} s each. The provider is asked for chat completions, "
        "whatever Sluice is asked in. fsync always, one API, one worker."
    )
    write(settings.report, "Streams by dialect", text, figures)
