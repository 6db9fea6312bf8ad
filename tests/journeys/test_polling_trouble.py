"""Whatever a carrier answers, nothing false is shown and nobody else waits for it."""

from datetime import timedelta
from threading import Event
from time import monotonic
from typing import Any

import pytest
from requests.exceptions import ReadTimeout
from sqlalchemy import select

from app.lib import clock, http, plugins
from app.tracking.models import ExceptionRow, TrackingEvent
from app.tracking.polls.models import CarrierAccount, CarrierWatch
from app.tracking.sources import following, sources
from app.vocabulary import ExceptionKind
from app.vocabulary import ShipmentStatus as S
from jobs import exceptions, polling
from tests.journeys import payloads
from tests.journeys.carrier import (
    NUMBER,
    OTHER,
    UPS,
    Answer,
    outcomes,
    parcel,
    poll,
    rests,
    told,
    ups,
    with_parcel,
)
from tests.journeys.conftest import StoreVoice


def test_another_parcels_number_in_the_answer_is_never_shown(shopify_store: StoreVoice) -> None:
    voice = with_parcel(shopify_store)
    with ups(lambda _: (200, told(OTHER, "D", "FS"), {})):
        poll(voice)
    assert parcel(voice.session).status is S.PENDING
    assert voice.session.scalars(select(TrackingEvent)).all() == []
    assert outcomes(voice.session) == {"other_number": 1}


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        ((200, b"<html><title>Please wait</title></html>", {}), "not_data"),
        ((200, b"[]", {}), "not_data"),
        ((200, {"trackResponse": {"shipment": [{"package": [{"activity": []}]}]}}, {}), "not_data"),
        ((500, {}, {}), "failed"),
        ((503, b"", {}), "failed"),
        ((429, {}, {}), "throttled"),
    ],
)
def test_what_is_no_answer_is_counted_and_the_carrier_left_alone(
    shopify_store: StoreVoice, answer: Answer, outcome: str
) -> None:
    voice = with_parcel(shopify_store)
    with ups(lambda _: answer) as carrier:
        poll(voice)
        polling.poll()
    assert carrier.asked == [NUMBER]
    assert parcel(voice.session).status is S.PENDING
    assert outcomes(voice.session) == {outcome: 1}
    rests(voice.session, timedelta(seconds=20), timedelta(seconds=40))


def test_a_carrier_that_hangs_keeps_its_own_lane_and_nobody_elses(
    shopify_store: StoreVoice, monkeypatch: pytest.MonkeyPatch
) -> None:
    def hang(number: str) -> Answer:
        released.wait(30)
        return 200, told(number, "I", "DP"), {}

    monkeypatch.setattr(polling, "SLICE", 0.2)
    released, voice = Event(), with_parcel(shopify_store)
    sources.keep(voice.session, voice.shop, plugins.discover("app.carriers")["fedex"], UPS)
    now = clock.now()
    other = payloads.fulfillment(now, 1042, 8, tracking_company="FedEx", tracking_numbers=["999999999998"])
    voice.shopify("fulfillments/create", other)
    voice.settle()
    with ups(hang) as first, ups(lambda _: (200, {"output": {}}, {}), "apis.fedex.com") as second:
        ends = monotonic() + 20
        while len(second.asked) < 3 and monotonic() < ends:
            poll(voice)
        found = len(first.asked), len(second.asked)
        released.set()
        polling._lanes["ups"].join(30)
    assert found == (1, 3)
    assert parcel(voice.session).status is S.IN_TRANSIT


def test_an_answer_that_takes_too_long_is_none(shopify_store: StoreVoice) -> None:
    def slow(_: str) -> Answer:
        raise ReadTimeout

    voice = with_parcel(shopify_store)
    with ups(slow):
        poll(voice)
    assert outcomes(voice.session) == {"no_answer": 1}
    rests(voice.session, timedelta(seconds=20), timedelta(seconds=40))


def test_a_carrier_that_asks_us_to_wait_is_left_alone_for_so_long(shopify_store: StoreVoice) -> None:
    voice = with_parcel(shopify_store)
    with ups(lambda _: (429, {}, {"Retry-After": "7200"})) as carrier:
        poll(voice)
        following.follow_open(voice.session, voice.shop)  # new parcels do not end its rest
        voice.session.commit()
        polling.poll()
    assert carrier.asked == [NUMBER]
    rests(voice.session, timedelta(minutes=119), timedelta(minutes=121))


def test_a_carrier_that_keeps_failing_rests_longer_each_time_and_comes_back(
    shopify_store: StoreVoice,
) -> None:
    voice = with_parcel(shopify_store)
    with ups(lambda _: (500, {}, {})):
        for _ in range(4):
            poll(voice)
            http._breakers.reset()
    rests(voice.session, timedelta(minutes=3), timedelta(minutes=5))
    with ups(lambda number: (200, told(number, "I", "DP"), {})):
        poll(voice)
    assert voice.session.scalars(select(CarrierAccount.failures)).one() == 0
    assert parcel(voice.session).status is S.IN_TRANSIT


def test_an_unknown_number_is_asked_about_again_and_harms_nobody(shopify_store: StoreVoice) -> None:
    voice = with_parcel(shopify_store)
    with ups(lambda _: (404, {"response": {"errors": [{"code": "TV1002"}]}}, {})):
        poll(voice)
    assert outcomes(voice.session) == {"not_known": 1}
    watch = voice.session.scalars(select(CarrierWatch)).one()
    assert watch.failure == "not_known"
    assert watch.due_at is not None
    assert watch.due_at > clock.now() + timedelta(hours=10)
    assert voice.session.scalars(select(CarrierAccount.failures)).one() == 0


def test_a_number_that_its_carrier_does_not_know_for_two_days_is_shown_until_it_does(
    shopify_store: StoreVoice,
) -> None:
    voice = with_parcel(shopify_store)
    with ups(lambda _: (404, {"response": {"errors": [{"code": "TV1002"}]}}, {})):
        poll(voice)
        assert invalid(voice) == []
        sent_before(voice, timedelta(hours=47))
        assert invalid(voice) == []
        sent_before(voice, timedelta(hours=49))
    assert invalid(voice) == [{"why": "not_found"}]
    with ups(lambda number: (200, told(number, "I", "DP"), {})):
        poll(voice)
    assert invalid(voice) == []
    assert parcel(voice.session).not_found_at is None


def sent_before(voice: StoreVoice, ago: timedelta) -> None:
    """Let the parcel have left so long ago, its carrier be asked again, and what is due be judged."""
    sent = parcel(voice.session)
    sent.shipped_at, sent.exceptions_due_at = clock.now() - ago, clock.now()
    poll(voice)
    exceptions.look()


def invalid(voice: StoreVoice) -> list[dict[str, Any]]:
    voice.session.expire_all()
    still_open = select(ExceptionRow.evidence).filter_by(kind=ExceptionKind.INVALID_NUMBER, cleared_at=None)
    return list(voice.session.scalars(still_open))
