"""What every peer is given: a job that does nothing, with a request and an answer of the size of Sluice's."""

import asyncio
import json
import os
import time

URL = os.environ["PEER_REDIS_URL"]
# Whether a peer shall be fast. Else it shall keep jobs and answers as Sluice keeps them, as far as it can.
FAST = os.environ["PEER_VARIANT"] == "fast"
REQUEST = "What does a job cost that asks nobody? ".ljust(200, ".")
ANSWER = "Nothing was asked, so nothing is answered. ".ljust(400, ".")

# As many as an API process has, about.
CLIENTS = 64


def enqueue(send):
    """Calls `send` until there are enough jobs or the time is over, and reports how many and how long that took."""
    jobs, end = _bounds()
    start = time.monotonic()
    sent = 0
    while sent < jobs and time.monotonic() < end:
        send()
        sent += 1
    _report(sent, start)


async def enqueue_together(send):
    """The same for clients that wait for many replies at once."""
    jobs, end = _bounds()
    start = time.monotonic()
    sent = 0

    async def client(number):
        nonlocal sent
        for _ in range(number, jobs, CLIENTS):
            if time.monotonic() >= end:
                return
            await send()
            sent += 1

    await asyncio.gather(*(client(number) for number in range(CLIENTS)))
    _report(sent, start)


def _bounds():
    return int(os.environ["PEER_JOBS"]), time.monotonic() + float(os.environ["PEER_SECONDS"])


def _report(sent, start):
    print(json.dumps({"jobs": sent, "seconds": time.monotonic() - start}))
