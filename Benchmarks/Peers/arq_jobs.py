"""arq, which takes a job off its queue when it has ended, and keeps its result. Its defaults look for jobs twice a
second. Fast: a hundred times a second, and as many jobs at once as Sluice's worker takes."""

import asyncio

from arq import create_pool
from arq.connections import RedisSettings

import noop

SETTINGS = RedisSettings(unix_socket_path=noop.URL.removeprefix("unix://"))
QUIET = {"version": 1}


async def work(context, request):
    return noop.ANSWER


class Worker:
    functions = [work]
    redis_settings = SETTINGS
    if noop.FAST:
        max_jobs = 64
        poll_delay = 0.01


async def main():
    pool = await create_pool(SETTINGS)
    await noop.enqueue_together(lambda: pool.enqueue_job("work", noop.REQUEST))
    await pool.aclose()


if __name__ == "__main__":
    asyncio.run(main())
