"""Dramatiq, which always acknowledges late, with a result for each job. Fast: without."""

import dramatiq
from dramatiq.brokers.redis import RedisBroker
from dramatiq.results import Results
from dramatiq.results.backends import RedisBackend

import noop

broker = RedisBroker(url=noop.URL)
if not noop.FAST:
    broker.add_middleware(Results(backend=RedisBackend(url=noop.URL)))
dramatiq.set_broker(broker)


# It knows the option only with the middleware.
@dramatiq.actor(**({} if noop.FAST else {"store_results": True}))
def work(request):
    return None if noop.FAST else noop.ANSWER


if __name__ == "__main__":
    noop.enqueue(lambda: work.send(noop.REQUEST))
