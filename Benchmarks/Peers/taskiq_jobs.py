"""taskiq with the stream broker, which its documentation recommends because it acknowledges, and a result for each
job. Fast: with the list broker, whose jobs are lost with their worker, and without results."""

import asyncio

from taskiq_redis import ListQueueBroker, RedisAsyncResultBackend, RedisStreamBroker

import noop

if noop.FAST:
    broker = ListQueueBroker(noop.URL)
else:
    results = RedisAsyncResultBackend(noop.URL, result_ex_time=86_400)
    broker = RedisStreamBroker(noop.URL).with_result_backend(results)


@broker.task(task_name="work")
async def work(request: str) -> str:
    return noop.ANSWER


async def main():
    await broker.startup()
    await noop.enqueue_together(lambda: work.kiq(noop.REQUEST))
    await broker.shutdown()


if __name__ == "__main__":
    asyncio.run(main())
