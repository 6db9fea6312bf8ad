"""The alarm clock: RQ jobs that carry no data and only say "look now"."""

from functools import cache
from uuid import uuid4

import structlog
from redis import Redis, RedisError
from redis.backoff import NoBackoff
from redis.retry import Retry
from rq import Queue, SimpleWorker
from sqlalchemy import event
from sqlalchemy.orm import Session

from app.lib.config import settings

QUEUES = {
    "jobs.inbox.drain": "inbox",
    "jobs.flows.react": "inbox",
    "jobs.flows.advance": "inbox",
    "jobs.exceptions.look": "inbox",
    "jobs.messages.send": "sending",
    "jobs.sync.run": "sync",
    "jobs.calls.run": "calls",
    "jobs.polling.poll": "polls",
    "jobs.exceptions.learn": "sync",
    "jobs.reviews.publish": "inbox",
}
"""Which queue each job waits in; one worker serves one queue, so a slow store delays no mail."""

WAITING_AT_MOST = 2
"""Jobs of one name that may wait at once: a job that has not begun will see every row committed before it."""

log = structlog.get_logger()


def wake(session: Session, job: str) -> None:
    """Ask for a look once this transaction has committed; a rolled-back one asks for nothing."""
    if job in session.info.setdefault("wakes", set()):
        return
    session.info["wakes"].add(job)
    event.listen(session, "after_commit", lambda _: wake_now(job), once=True)


def wake_now(job: str) -> bool:
    """Ask for a look now; False when Redis is away, which costs nothing but the wait for the next tick."""
    name = QUEUES[job]
    try:
        queue = Queue(name, connection=connection())
        waiting = sum(job_id.startswith(job.replace(".", "-")) for job_id in queue.job_ids)
        if waiting < WAITING_AT_MOST:
            job_id = f"{job.replace('.', '-')}_{uuid4().hex}"
            queue.enqueue(job, job_id=job_id, result_ttl=0, failure_ttl=3600, job_timeout=300)
    except RedisError as error:
        log.warning("queue.away", job=job, error=type(error).__name__)
        return False
    return True


def work(name: str) -> None:
    """Serve one queue until SIGTERM or SIGINT; jobs run inside this process."""
    SimpleWorker([Queue(name, connection=connection())], connection=connection()).work(
        logging_level="WARNING", with_scheduler=False
    )


@cache
def connection() -> Redis:
    """Return this process's Redis connection pool; a Redis that is away is known at once, not waited for."""
    url = settings().redis_url
    over_network = (
        {} if url.startswith("unix:") else {"socket_connect_timeout": 0.5, "socket_keepalive": True}
    )
    return Redis.from_url(url, retry=Retry(NoBackoff(), 0), **over_network)
