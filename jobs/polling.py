"""Ask carriers where parcels are: each carrier in a lane of its own, so that a slow one holds up nobody."""

from threading import Thread
from time import monotonic, sleep

from urllib3.util import Retry

from app.carriers.base import NotData, SourceError
from app.lib import queue
from app.lib.db import transaction
from app.lib.http import Outside
from app.lib.reading import Unreadable
from app.tracking.polls import answers, asking
from app.tracking.polls.asking import PassWanted, Question
from jobs import SLICE

TIMEOUT = (5.0, 10.0)
"""Seconds to connect, and between two bytes: a carrier that takes longer is asked again another time."""
ONCE = Retry(total=0)
"""Every try counts against the merchant's limit, so none is made behind our back."""

GLANCE = 0.5
"""Seconds after which a lane that waits for its turn looks again."""

_lanes: dict[str, Thread] = {}


def poll() -> None:
    """Open a lane for each carrier that something is due of, for a few seconds; never wait for an old one."""
    ends, opened = monotonic() + SLICE, list[Thread]()
    while True:
        with transaction() as session:
            carriers = asking.due(session)
        opened += [_open(carrier) for carrier in carriers if not _is_open(carrier)]
        opened = [lane for lane in opened if lane.is_alive()]
        if not opened or monotonic() > ends:
            return
        opened[0].join(GLANCE)


def _is_open(carrier: str) -> bool:
    return carrier in _lanes and _lanes[carrier].is_alive()


def _open(carrier: str) -> Thread:
    _lanes[carrier] = Thread(target=_run, args=(carrier,), name=f"poll-{carrier}", daemon=True)
    _lanes[carrier].start()
    return _lanes[carrier]


def step(outside: Outside, carrier: str) -> float | None:
    """Ask a carrier one thing that is due; returns for how many seconds nothing is, or None for no end."""
    with transaction() as session:
        found = asking.claim(session, carrier)
        if not found:
            return asking.wait(session, carrier)
    if isinstance(found, Question):
        _ask(outside, found)
    elif isinstance(found, PassWanted):
        _get_pass(outside, found)
    return 0.0


def _run(carrier: str) -> None:
    """Ask one carrier for a few seconds at most; no transaction is open meanwhile."""
    ends, outside = monotonic() + SLICE, Outside(retries=ONCE, timeout=TIMEOUT)
    while monotonic() < ends:
        pause = step(outside, carrier)
        if pause is None or pause > SLICE:
            return
        sleep(min(pause, GLANCE))
    queue.wake_now("jobs.polling.poll")


def _ask(outside: Outside, question: Question) -> None:
    assert question.source.fetch is not None
    try:
        answer = question.source.fetch(outside, question.keys, question.parcels)
    except (SourceError, Unreadable) as error:
        failure = error if isinstance(error, SourceError) else NotData(str(error))
        with transaction() as session:
            answers.fail(session, question, failure)
        return
    outcomes = []
    for parcel in question.parcels:  # each by itself: nobody who waits for an order waits for thirty
        with transaction() as session:
            outcomes.append(answers.keep(session, question, parcel.number, answer))
    with transaction() as session:
        answers.finish(session, question, outcomes)


def _get_pass(outside: Outside, wanted: PassWanted) -> None:
    assert wanted.source.authorize is not None
    try:
        given = wanted.source.authorize(outside, wanted.keys)
    except SourceError as error:
        with transaction() as session:
            answers.fail_pass(session, wanted, error)
        return
    with transaction() as session:
        answers.keep_pass(session, wanted, given)
