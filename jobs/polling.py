"""Ask carriers where parcels are: each carrier in a lane of its own, so that a slow one holds up nobody."""

from threading import Thread
from time import monotonic, sleep

from urllib3.util import Retry

from app.carriers.base import NotData, SourceError, Update
from app.lib import queue
from app.lib.db import transaction
from app.lib.http import Outside
from app.lib.reading import Unreadable
from app.tracking.polls import answers, asking
from app.tracking.polls.answers import Failed, Outcome
from app.tracking.polls.asking import PassWanted, Round
from jobs import SLICE

TIMEOUT = (5.0, 10.0)
"""Seconds to connect, and between two bytes: a carrier that takes longer is asked again another time."""
ONCE = Retry(total=0)
"""Every try counts against the merchant's limit, so none is made behind our back."""

LONGEST = 60.0
"""Seconds after which a round begins no further question; with the last one, shorter than its lease."""
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
    """Ask a carrier what is due for one shop; returns for how many seconds nothing is, or None for no end."""
    with transaction() as session:
        found = asking.claim(session, carrier)
        if not found:
            return asking.wait(session, carrier)
    if isinstance(found, Round):
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


def _ask(outside: Outside, asked: Round) -> None:
    """Ask one question after the other, until one fails or a while is over; keep all at once."""
    assert asked.source.fetch is not None
    said, failed, ends = dict[str, Update | Outcome](), None, monotonic() + LONGEST
    for parcels in asked.questions():
        if failed or monotonic() > ends:
            break
        try:
            said |= answers.of(parcels, asked.source.fetch(outside, asked.keys, parcels))
        except (SourceError, Unreadable) as error:
            why = error if isinstance(error, SourceError) else NotData(str(error))
            failed = Failed([parcel.number for parcel in parcels], why)
    with transaction() as session:
        answers.keep(session, asked, said, failed)


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
