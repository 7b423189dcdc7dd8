"""Measures how fast each system drains its queue, and writes a Markdown table. Called by Benchmarks/queues."""

import json
import os
import signal
import subprocess
import sys
import time
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import systems
from processes import running, tail
from redis_server import redis_server

FSYNC = ["always", "everysec"]
JOBS = int(os.environ.get("QUEUE_JOBS", 20_000))
SECONDS = float(os.environ.get("QUEUE_SECONDS", 10))
# How long workers may take to start.
PATIENCE = 60
# How often Redis is asked what is left.
INTERVAL = 0.02
LOGS = systems.ROOT / ".build/bench-queues/logs"
LOG = LOGS / "system.log"


@dataclass
class Figures:
    # Jobs a second.
    enqueued: float
    drained: float
    jobs: int


class Failure(Exception):
    pass


def measure(make, fsync):
    """Enqueues, starts the workers, and looks how fast the queue empties."""
    LOG.unlink(missing_ok=True)
    with redis_server(LOGS, fsync) as (url, redis), ExitStack() as workers:
        system = make(url, JOBS, SECONDS)
        sent, enqueued = enqueue(system)
        if sent < JOBS:
            # The rest as fast as it goes, so that all drain a queue of the same depth.
            redis.ask("CONFIG SET appendfsync no")
            sent += enqueue(make(url, JOBS - sent, PATIENCE))[0]
            redis.ask(f"CONFIG SET appendfsync {fsync}")
        for command in system.workers:
            workers.enter_context(running(command, LOG, system.environment))
        rate, jobs = drain(lambda: redis.number(system.unfinished), sent)
        return Figures(enqueued, rate, jobs)


def enqueue(system):
    """How many jobs were enqueued, and how many that is a second."""
    with open(LOG, "ab") as errors:
        done = subprocess.run(
            system.enqueue, env={**os.environ, **system.environment}, stdout=subprocess.PIPE, stderr=errors,
            timeout=SECONDS + 2 * PATIENCE)
    if done.returncode != 0:
        raise Failure("its jobs cannot be enqueued")
    result = json.loads(done.stdout)
    return result["jobs"], result["jobs"] / result["seconds"]


def drain(count_unfinished, jobs):
    """Jobs a second from the first that is done to the last, or to the end of the time; and how many that were."""
    first = None
    start = time.monotonic()
    while True:
        left, now = count_unfinished(), time.monotonic()
        if first is None and left < jobs:
            first = (left, now)
        elif first is None and now - start > PATIENCE:
            raise Failure(f"no job was done in {PATIENCE} s")
        elif first is not None and (left == 0 or now - first[1] > SECONDS):
            break
        time.sleep(INTERVAL)
    done = first[0] - left
    if done <= 0:
        raise Failure("it was done before it could be measured; more jobs are needed (QUEUE_JOBS)")
    return done / (now - first[1]), done


def table(rows):
    heads = ["system", "settings"]
    for what in ["drained", "enqueued"]:
        heads += [f"{what}, jobs/s, `{fsync}`" for fsync in FSYNC]
    heads.append("jobs drained")
    yield line(heads)
    yield line(["---", "---"] + ["---:"] * (len(heads) - 2))
    for system, figures in rows:
        cells = [system.name, system.settings]
        cells += [f"{each.drained:,.0f}" for each in figures]
        cells += [f"{each.enqueued:,.0f}" for each in figures]
        cells.append(", ".join(f"{each.jobs:,}" for each in figures))
        yield line(cells)


def line(cells):
    return "| " + " | ".join(cells) + " |"


def report(rows, left_out):
    yield f"{os.environ['MACHINE']}; Python {sys.version.split()[0]}"
    yield ""
    yield from table(rows)
    yield ""
    yield (
        f"Work that does nothing, with a request of about 200 bytes and an answer of about 400. Each system has an"
        f" empty Redis with `appendonly yes` and the given `appendfsync`; its clients enqueue {JOBS:,} jobs, and only"
        f" then its workers start. Drained jobs are counted in Redis, from the first that is done, acknowledgement"
        f" included, to the last, or for {SECONDS:g} s. Enqueued is by one process: Sluice's, arq's and taskiq's with 64"
        f" clients at once, the others, whose clients block, with one. All of it, Redis and this script included, has"
        f" the same {len(os.sched_getaffinity(0))} cores.")
    for note in left_out:
        yield ""
        yield note


def main(path):
    for each in (signal.SIGTERM, signal.SIGINT):
        # An exit ends the blocks, and with them all that they started.
        signal.signal(each, lambda number, _: sys.exit(128 + number))
    os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:2])
    LOGS.mkdir(parents=True, exist_ok=True)
    missing = [peer for peer in systems.PEERS if not systems.venv(peer).exists()]
    left_out = [f"Left out: {peer} {systems.version(peer)}, which could not be installed." for peer in missing]
    rows = []
    for make in systems.ALL:
        system = make("", JOBS, SECONDS)
        if system.peer in missing:
            continue
        print(f"{system.name}: {system.settings}", file=sys.stderr)
        try:
            rows.append((system, [measure(make, fsync) for fsync in FSYNC]))
        except Failure as failure:
            left_out.append(f"Left out: {system.name} ({system.settings}): {failure}.")
            print(f"{failure}:\n{tail(LOG)}", file=sys.stderr)
    text = "\n".join(report(rows, left_out)) + "\n"
    Path(path).write_text(text)
    print(text, end="")


if __name__ == "__main__":
    main(sys.argv[1])
