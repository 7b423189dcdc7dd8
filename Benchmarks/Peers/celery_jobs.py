"""Celery with late acknowledgement and a result for each job; it prefetches as its guide on optimizing says for many
short tasks. Fast: its defaults, without results, as its guide says where nobody reads them."""

from celery import Celery

import noop

app = Celery("peer", broker="redis+socket://" + noop.URL.removeprefix("unix://"))
app.conf.broker_connection_retry_on_startup = True
if not noop.FAST:
    app.conf.result_backend = app.conf.broker_url
    app.conf.task_acks_late = True
    app.conf.task_reject_on_worker_lost = True
    app.conf.worker_prefetch_multiplier = 128


@app.task(ignore_result=noop.FAST)
def work(request):
    return noop.ANSWER


if __name__ == "__main__":
    # Not this module's own task, which would be named after `__main__`.
    from celery_jobs import work as task

    noop.enqueue(lambda: task.delay(noop.REQUEST))
