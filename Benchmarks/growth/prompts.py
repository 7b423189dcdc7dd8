"""What longer prompts do to `/query`."""

import json

from growth.rounds import measure_rounds
from growth.settings import CONNECTIONS, WARM_UP_SECONDS, Settings
from harness import nginx, wrk
from harness.sluice import KEY, sluice
from harness.table import note, number

_SIZES = {"100 B": 100, "10 KB": 10_000, "500 KB": 500_000}
_BOUNDS = {"MAX_PROMPT_CHARS": "1000000", "MAX_BODY_BYTES": "4194304"}
_TEXT = "The quick brown fox jumps over the lazy dog. "


def measure(settings: Settings) -> None:
    state = settings.state
    with nginx.upstream(state) as (upstream, _):

        def of(name: str) -> wrk.Result:
            note(f"prompts of {name}")
            request = _request(_SIZES[name])
            with sluice(state, f"http://127.0.0.1:{upstream}/v1", settings=_BOUNDS) as running:
                wrk.load(running.port, request, CONNECTIONS, WARM_UP_SECONDS, state)
                return wrk.load(running.port, request, CONNECTIONS, settings.seconds, state)

        figures = measure_rounds(list(_SIZES), settings.rounds, of)
    report = settings.report
    report.line("## Prompts")
    report.line()
    report.line(f"`/query`, uncached, fsync always, {CONNECTIONS} connections, one API and one worker.")
    report.line()
    report.table(
        ["prompt", "requests/s", "MB of prompts/s", "p50 (ms)", "p99 (ms)", "errors"],
        [
            [
                name, number(each.rate), number(each.rate * _SIZES[name] / 1e6), number(each.p50_ms),
                number(each.p99_ms), str(each.errors),
            ]
            for name, each in zip(_SIZES, figures, strict=True)
        ],
    )  # fmt: skip


def _request(size: int) -> wrk.Request:
    # The number takes about twenty characters.
    text = "@NUMBER@ " + (_TEXT * (size // len(_TEXT) + 1))[: size - 20]
    return wrk.Request("/query", json.dumps({"prompt": text, "max_tokens": 64}), {"X-API-Key": KEY})
