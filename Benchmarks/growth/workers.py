"""What more worker processes do for `/query`."""

import json

from growth.rounds import measure_rounds
from growth.settings import CONNECTIONS, WARM_UP_SECONDS, Settings
from harness import nginx, wrk
from harness.sluice import KEY, sluice
from harness.table import note, number

_WORKERS = [1, 2, 4]
_REQUEST = wrk.Request(
    "/query", json.dumps({"prompt": "What does request number @NUMBER@ cost us in the end?", "max_tokens": 64}),
    {"X-API-Key": KEY},
)  # fmt: skip


def measure(settings: Settings) -> None:
    state = settings.state
    with nginx.upstream(state) as (upstream, _):

        def of(workers: int) -> wrk.Result:
            note(f"{workers} workers")
            with sluice(state, f"http://127.0.0.1:{upstream}/v1", workers=workers) as running:
                wrk.load(running.port, _REQUEST, CONNECTIONS, WARM_UP_SECONDS, state)
                return wrk.load(running.port, _REQUEST, CONNECTIONS, settings.seconds, state)

        figures = measure_rounds(_WORKERS, settings.rounds, of)
    report = settings.report
    report.line("## Worker processes")
    report.line()
    report.line(f"`/query`, uncached, fsync always, {CONNECTIONS} connections, one API process, all on this machine.")
    report.line()
    report.table(
        ["worker processes", "requests/s", "p50 (ms)", "p99 (ms)", "errors", "requests/s against one worker"],
        [
            [
                str(workers), number(each.rate), number(each.p50_ms), number(each.p99_ms), str(each.errors),
                number(each.rate / figures[0].rate),
            ]
            for workers, each in zip(_WORKERS, figures, strict=True)
        ],
        words=0,
    )  # fmt: skip
