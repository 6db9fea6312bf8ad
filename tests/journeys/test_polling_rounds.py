"""What is due together is asked about together and kept at once; each number still stands by itself."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from random import Random

from sqlalchemy import event, select
from sqlalchemy.orm import Session

from app.carriers import ups as ups_plugin
from app.carriers.base import SourceError
from app.lib import clock
from app.lib.db import engine
from app.tracking.models import Shipment, TrackingEvent
from app.tracking.polls import answers, asking, pace
from app.tracking.polls.answers import Failed
from app.tracking.polls.asking import Round
from app.tracking.polls.models import CarrierAccount, CarrierWatch
from app.vocabulary import ShipmentStatus as S
from demo import numbers
from jobs import polling
from tests.journeys import payloads
from tests.journeys.carrier import Answer, connect, due, outcomes, parcels, poll, told, ups
from tests.journeys.conftest import StoreVoice

(LIMIT,) = ups_plugin.PLUGIN.limits


def test_numbers_that_are_due_together_are_kept_by_one_commit(shopify_store: StoreVoice) -> None:
    voice, sent = with_parcels(shopify_store, 3)
    with ups(lambda number: (200, told(number, "O", "OT"), {})) as carrier, statements() as made:
        poll(voice)
    assert sorted(carrier.asked) == sorted(sent)
    assert {shipment.status for shipment in parcels(voice.session)} == {S.OUT_FOR_DELIVERY}
    assert outcomes(voice.session) == {"told": 3}
    assert sum("INSERT INTO tracking_event" in one for one in made) == 1


def test_an_answer_is_believed_only_about_the_number_that_was_asked_for(shopify_store: StoreVoice) -> None:
    voice, sent = with_parcels(shopify_store, 2)
    with ups(lambda _: (200, told(sent[0], "D", "FS"), {})):
        poll(voice)
    by_number = {shipment.number: shipment.status for shipment in parcels(voice.session)}
    assert by_number == {sent[0]: S.DELIVERED, sent[1]: S.PENDING}
    assert outcomes(voice.session) == {"told": 1, "other_number": 1}


def test_what_was_said_before_a_question_failed_is_kept_and_the_rest_asked_later(
    shopify_store: StoreVoice,
) -> None:
    voice, sent = with_parcels(shopify_store, 3)
    with ups(lambda number: (503, {}, {}) if len(carrier.asked) > 1 else well(number)) as carrier:
        poll(voice)
    first, second = carrier.asked
    assert {it.number for it in parcels(voice.session) if it.status is S.IN_TRANSIT} == {first}
    assert outcomes(voice.session) == {"told": 1, "failed": 1}
    waiting = {row.number: row for row in voice.session.scalars(select(CarrierWatch))}
    left = next(row for number, row in waiting.items() if number not in {first, second})
    assert left.failure is None  # nobody has asked about it
    assert waiting[second].failure == "it answers 503"
    assert all(row.due_at is not None and row.due_at <= clock.now() for row in (left, waiting[second]))
    with ups(well) as carrier:
        poll(voice)
    assert {shipment.status for shipment in parcels(voice.session)} == {S.IN_TRANSIT}
    assert set(carrier.asked) == set(sent)


def test_a_round_takes_what_the_limits_allow_and_leaves_the_rest_due(shopify_store: StoreVoice) -> None:
    voice, sent = with_parcels(shopify_store, 3)
    with ups(well) as carrier:
        poll(voice)
        due(voice)
        account = voice.session.scalars(select(CarrierAccount)).one()
        for _ in range(LIMIT.requests // pace.AT_ONCE - 2):
            account.spent = pace.take(account.spent, [LIMIT], clock.now()).spent
        voice.session.commit()
        carrier.asked.clear()
        claimed = asking.claim(voice.session, "ups")
        voice.session.commit()
    assert isinstance(claimed, Round)
    assert len(claimed.parcels) == 2
    (left,) = set(sent) - {parcel.number for parcel in claimed.parcels}
    row = voice.session.scalars(select(CarrierWatch).filter_by(number=left)).one()
    assert row.due_at is not None
    assert row.due_at <= clock.now()


def test_hearing_nothing_new_costs_a_note(shopify_store: StoreVoice) -> None:
    voice, _ = with_parcels(shopify_store, 2)
    at = clock.now() - timedelta(hours=3)
    with ups(lambda number: (200, told(number, "I", "DP", at=at), {})):
        poll(voice)
        before = heard(voice.session)
        with statements() as made:
            poll(voice)
    after = heard(voice.session)
    assert len(before) == 2
    assert all(after[number] > before[number] for number in before)
    (written,) = (one for one in made if one.startswith(("INSERT", "UPDATE shipment", "DELETE")))
    assert written.startswith("UPDATE shipment SET heard_at=")


def test_a_round_costs_as_many_queries_for_ten_numbers_as_for_two(shopify_store: StoreVoice) -> None:
    voice, sent = with_parcels(shopify_store, 2)
    at, counts = clock.now() - timedelta(hours=3), []
    with ups(lambda number: (200, told(number, "I", "DP", at=at), {})):
        for more in (0, 8):
            sent += send(voice, range(len(sent), len(sent) + more))
            poll(voice)
            due(voice)
            with statements() as made:
                polling.poll()
            counts.append(sum(one.startswith("SELECT") for one in made))
    assert counts[0] == counts[1]
    assert len(voice.session.scalars(select(TrackingEvent)).all()) == len(sent)


def test_a_round_that_comes_back_late_changes_neither_numbers_nor_rest(shopify_store: StoreVoice) -> None:
    voice, sent = with_parcels(shopify_store, 2)
    with ups(well):
        poll(voice)
        due(voice)
        late = asking.claim(voice.session, "ups")
        voice.session.commit()
        assert isinstance(late, Round)
        poll(voice)
    account = voice.session.scalars(select(CarrierAccount)).one()
    account.due_at, account.failures = clock.now() + timedelta(hours=2), 1  # it asked us to wait
    voice.session.commit()
    before = {row.number: row.due_at for row in voice.session.scalars(select(CarrierWatch))}
    answers.keep(voice.session, late, {}, Failed(sent, SourceError("too late", permanent=True)))
    voice.session.commit()
    voice.session.expire_all()
    assert {row.number: row.due_at for row in voice.session.scalars(select(CarrierWatch))} == before
    assert account.due_at > clock.now() + timedelta(hours=1)


def well(number: str) -> Answer:
    return 200, told(number, "I", "DP"), {}


def heard(session: Session) -> dict[str, datetime]:
    session.expire_all()
    return {it.slot: it.heard_at for it in session.scalars(select(Shipment)) if it.heard_at}


def with_parcels(voice: StoreVoice, count: int) -> tuple[StoreVoice, list[str]]:
    """Let a shop have an account with UPS, and parcels under way, one to an order."""
    connect(voice)
    return voice, send(voice, range(count))


def send(voice: StoreVoice, those: Iterable[int]) -> list[str]:
    now, sent = clock.now(), [numbers.ups(Random(number)) for number in those]
    for number, tracking in zip(those, sent, strict=True):
        voice.shopify("orders/paid", payloads.order(now, 1042 + number))
        left = payloads.fulfillment(now, 1042 + number, 7 + number, tracking_numbers=[tracking])
        voice.shopify("fulfillments/create", left)
    voice.settle()
    return sent


@contextmanager
def statements() -> Iterator[list[str]]:
    """Gather every statement of the block."""
    made: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        made.append(" ".join(statement.split()))

    event.listen(engine(), "before_cursor_execute", note)
    yield made
    event.remove(engine(), "before_cursor_execute", note)
