"""RQ, which keeps a result for each job. Its worker forks for each; the fast one, which is told on the command line,
does not."""

import redis
from rq import Queue

import noop


def work(request):
    return noop.ANSWER


if __name__ == "__main__":
    queue = Queue(connection=redis.Redis.from_url(noop.URL))
    noop.enqueue(lambda: queue.enqueue("rq_jobs.work", noop.REQUEST))
