"""The systems that are measured: how each enqueues, how its workers are started, and what it has not done yet."""

from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
PEERS = ["celery", "dramatiq", "rq", "arq", "taskiq"]


@dataclass(frozen=True)
class System:
    name: str
    settings: str
    enqueue: list[str]
    # One entry for each process that is started; together they are two that work.
    workers: list[list[str]]
    # Lua that counts the jobs which wait, or were taken and have not been acknowledged.
    unfinished: str
    environment: dict[str, str]
    # Whose virtual environment it needs.
    peer: str | None = None


def sluice(redis, jobs, seconds):
    program = str(ROOT / ".build-bench/release/queue-drain")
    return System(
        name="**Sluice**",
        settings="two workers of 64 jobs each; leases, fencing tokens, results kept",
        enqueue=[program, "enqueue", "--jobs", str(jobs), "--seconds", str(seconds)],
        workers=[[program, "work"]] * 2,
        unfinished="return redis.call('ZCARD', 'sluice:{0}:deadlines')",
        environment={"REDIS_URL": redis, "LOG_LEVEL": "warning", "WORKER_CONCURRENCY": "64"},
    )


def venv(peer):
    return ROOT / ".build/bench-queues" / peer


def version(peer):
    pins = dict(line.split("==") for line in (HERE / f"{peer}.txt").read_text().split())
    return pins[peer]


def peer(name, settings, workers, unfinished, *, is_fast):
    """`workers` are command lines whose first word is a program of the peer's virtual environment."""
    programs = venv(name) / "bin"

    def make(redis, jobs, seconds):
        return System(
            name=f"{name} {version(name)}",
            settings=settings,
            enqueue=[str(programs / "python"), str(HERE / f"{name}_jobs.py")],
            workers=[[str(programs / line.split()[0]), *line.split()[1:]] for line in workers],
            unfinished=unfinished,
            environment={
                "PEER_REDIS_URL": redis,
                "PEER_VARIANT": "fast" if is_fast else "durable",
                "PEER_JOBS": str(jobs),
                "PEER_SECONDS": str(seconds),
                "RQ_REDIS_URL": redis,
                "PYTHONPATH": str(HERE),
                "PYTHONDONTWRITEBYTECODE": "1",
            },
            peer=name,
        )

    return make


CELERY = "celery --app celery_jobs worker --pool prefork --concurrency 2 --loglevel warning"
CELERY_UNFINISHED = "return redis.call('LLEN', 'celery') + redis.call('HLEN', 'unacked')"
DRAMATIQ = "dramatiq dramatiq_jobs --processes 2 --threads 8 --skip-logging"
DRAMATIQ_UNFINISHED = "return redis.call('HLEN', 'dramatiq:default.msgs')"
RQ = "rq worker-pool --num-workers 2 --logging-level WARNING"
RQ_UNFINISHED = (
    "return redis.call('LLEN', 'rq:queue:default') + redis.call('LLEN', 'rq:queue:default:intermediate')"
    " + redis.call('ZCARD', 'rq:wip:default')"
)
ARQ = "arq arq_jobs.Worker --custom-log-dict arq_jobs.QUIET"
ARQ_UNFINISHED = "return redis.call('ZCARD', 'arq:queue')"
TASKIQ = "taskiq worker taskiq_jobs:broker --workers 2 --log-level WARNING"
TASKIQ_UNFINISHED = (
    "local group = {} local pairs = redis.call('XINFO', 'GROUPS', 'taskiq')[1]"
    " for i = 1, #pairs, 2 do group[pairs[i]] = pairs[i + 1] end return group['lag'] + group['pending']"
)

ALL = [
    sluice,
    peer(
        "celery", "prefork, 2 processes, late acknowledgement, prefetch 128, results kept", [CELERY],
        CELERY_UNFINISHED, is_fast=False,
    ),
    peer(
        "celery", "prefork, 2 processes, defaults: early acknowledgement; no results", [CELERY],
        CELERY_UNFINISHED, is_fast=True,
    ),
    peer(
        "dramatiq", "2 processes of 8 threads (defaults), late acknowledgement, results kept", [DRAMATIQ],
        DRAMATIQ_UNFINISHED, is_fast=False,
    ),
    peer(
        "dramatiq", "2 processes of 8 threads (defaults), late acknowledgement, no results", [DRAMATIQ],
        DRAMATIQ_UNFINISHED, is_fast=True,
    ),
    peer(
        "rq", "pool of 2 workers, which fork for each job (default), results kept", [RQ], RQ_UNFINISHED,
        is_fast=False,
    ),
    peer(
        "rq", "pool of 2 `SimpleWorker`, which do not fork, results kept",
        [RQ + " --worker-class rq.worker.SimpleWorker"], RQ_UNFINISHED, is_fast=True,
    ),
    peer(
        "arq", "2 processes, defaults: 10 jobs each, looking twice a second; results kept", [ARQ] * 2,
        ARQ_UNFINISHED, is_fast=False,
    ),
    peer(
        "arq", "2 processes of 64 jobs, looking 100 times a second; results kept", [ARQ] * 2,
        ARQ_UNFINISHED, is_fast=True,
    ),
    peer(
        "taskiq", "2 processes, stream broker: late acknowledgement; results kept", [TASKIQ],
        TASKIQ_UNFINISHED, is_fast=False,
    ),
    peer(
        "taskiq", "2 processes, list broker: no acknowledgement; no results", [TASKIQ],
        "return redis.call('LLEN', 'taskiq')", is_fast=True,
    ),
]
