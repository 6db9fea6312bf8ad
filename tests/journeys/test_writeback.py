"""What carriers tell us reaches the store's own pages: each status once, forward only, never in circles."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, update

from app import intake
from app.lib import clock, http
from app.platforms.shopify import answers
from app.shops.install import keep_secret
from app.shops.models import Call
from app.tracking.parcels import writeback
from app.vocabulary import CallReason, CallState
from app.vocabulary import ShipmentStatus as S
from demo import stories
from demo.sales import Sale, way
from demo.shopify import listed, notices, oauth, told, wire
from demo.shopify.server import store as ridge_and_pine
from demo.shoppers import RIDGE
from demo.stores import Json, Shelf
from jobs import calls as job
from jobs import shopify
from tests.demo.wsgi import Wsgi
from tests.dying import Killed
from tests.journeys.conftest import StoreVoice
from tests.journeys.ridge import Ridge, everything, keep, moment, sources

MINUTE = timedelta(minutes=1)
WAY = (S.PICKED_UP, S.IN_TRANSIT, S.OUT_FOR_DELIVERY, S.DELIVERED)
AS_TOLD = ["CARRIER_PICKED_UP", "IN_TRANSIT", "OUT_FOR_DELIVERY", "DELIVERED"]


def test_a_parcels_whole_way_is_told_once_and_what_comes_back_changes_nothing(ridge: Ridge) -> None:
    began = moment() - 10 * MINUTE
    for step, status in enumerate(WAY):
        ridge.hear(status, began + step * MINUTE)
        before = everything(ridge)
        ridge.come_back()
        assert everything(ridge) == before
    assert ridge.statuses() == AS_TOLD
    assert ridge.events()[1][1] == f"{began + MINUTE:%Y-%m-%dT%H:%M:%SZ}"
    assert set(ridge.calls().values()) == {CallState.DONE}
    assert sources(ridge) == {"easypost"}


def test_a_store_is_told_nothing_before_its_merchant_says_so_and_nothing_after(ridge: Ridge) -> None:
    writeback.switch(ridge.voice.session, ridge.voice.shop, on=False)
    ridge.hear(S.IN_TRANSIT, moment() - 9 * MINUTE)
    assert ridge.calls() == {}
    writeback.switch(ridge.voice.session, ridge.voice.shop, on=True)
    ridge.tell_only(S.OUT_FOR_DELIVERY, moment() - 5 * MINUTE)
    writeback.switch(ridge.voice.session, ridge.voice.shop, on=False)
    ridge.voice.session.commit()
    job.run()
    assert ridge.calls() == {"out_for_delivery": CallReason.SWITCHED_OFF}
    assert ridge.statuses() == []


def test_what_the_store_told_us_is_not_told_back(ridge: Ridge) -> None:
    scan = ridge.parcel.advance(moment() - 9 * MINUTE)
    scan.status = "in_transit"
    keep(ridge)
    for topic, body in notices.scanned(ridge.sale, ridge.parcel, scan):
        ridge.voice.shopify(topic, body)
    ridge.voice.settle()
    ridge.hear(S.IN_TRANSIT, moment() - 5 * MINUTE)
    assert ridge.calls() == {}
    ridge.hear(S.OUT_FOR_DELIVERY, moment() - 4 * MINUTE)
    assert ridge.statuses() == ["IN_TRANSIT", "OUT_FOR_DELIVERY"]


@pytest.mark.parametrize(
    ("knows", "after", "reason"),
    [
        ("out_for_delivery", -1, CallReason.KNOWN),
        ("delivered", 1, CallReason.SUPERSEDED),
    ],
)
def test_a_store_that_knows_by_itself_or_is_further_is_asked_and_not_told(
    ridge: Ridge, knows: str, after: int, reason: CallReason
) -> None:
    at = moment() - 9 * MINUTE
    ridge.parcel.advance(at + after * MINUTE).status = knows
    keep(ridge)
    ridge.hear(S.OUT_FOR_DELIVERY, at)
    assert ridge.calls() == {"out_for_delivery": reason}
    assert ridge.statuses() == [knows.upper()]


def test_scans_told_out_of_order_are_told_forward_only(ridge: Ridge) -> None:
    now = moment()
    ridge.hear(S.OUT_FOR_DELIVERY, now - 5 * MINUTE)
    ridge.hear(S.IN_TRANSIT, now - 30 * MINUTE)
    ridge.hear(S.DELIVERED, now - MINUTE)
    ridge.hear(S.OUT_FOR_DELIVERY, now - 6 * MINUTE)
    assert ridge.statuses() == ["OUT_FOR_DELIVERY", "DELIVERED"]


def test_what_is_no_longer_so_when_the_store_can_be_told_is_left_out(ridge: Ridge) -> None:
    for status, at in ((S.IN_TRANSIT, -9), (S.OUT_FOR_DELIVERY, -5)):
        ridge.tell_only(status, moment() + at * MINUTE)
    job.run()
    assert ridge.calls() == {"in_transit": CallReason.SUPERSEDED, "out_for_delivery": CallState.DONE}
    assert ridge.statuses() == ["OUT_FOR_DELIVERY"]


def test_a_missed_delivery_after_the_van_is_forward_too_and_each_status_is_told_once(ridge: Ridge) -> None:
    began = moment() - 60 * MINUTE
    way_ = (S.OUT_FOR_DELIVERY, S.ATTEMPT_FAILED, S.OUT_FOR_DELIVERY, S.DELIVERED)
    for step, status in enumerate(way_):
        ridge.hear(status, began + step * MINUTE)
    assert ridge.statuses() == ["OUT_FOR_DELIVERY", "ATTEMPTED_DELIVERY", "DELIVERED"]


def test_whoever_was_cut_off_after_telling_asks_before_telling_again(
    ridge: Ridge, monkeypatch: pytest.MonkeyPatch
) -> None:
    at = moment() - 9 * MINUTE

    def die(*_: object) -> None:
        raise Killed

    ridge.tell_only(S.IN_TRANSIT, at)
    with monkeypatch.context() as patched:
        patched.setattr("jobs.calls.calls.end", die)
        with pytest.raises(Killed):
            job.step()
    assert ridge.calls() == {"in_transit": CallState.WAITING}
    before = everything(ridge)
    ridge.come_back()  # its notice arrives before anybody could write down that it was made
    assert everything(ridge) == before
    ridge.voice.session.execute(update(Call).values(lease_until=clock.now() - MINUTE))
    ridge.voice.session.commit()
    job.run()
    assert ridge.calls() == {"in_transit": CallState.DONE}
    assert ridge.statuses() == ["IN_TRANSIT"]
    ridge.announced += [
        ("fulfillment_events/create", wire.scan(ridge.sale, ridge.parcel, s)) for s in ridge.parcel.scans
    ]
    ridge.come_back()
    assert sources(ridge) == {"easypost"}


def test_a_catch_up_that_brings_what_we_told_changes_nothing(ridge: Ridge) -> None:
    ridge.hear(S.IN_TRANSIT, moment() - 9 * MINUTE)
    before = everything(ridge)
    found = shopify.ask(ridge.voice.shop.id, "Order", {"id": listed.gid("Order", ridge.sale.id)})["order"]
    assert len(found["fulfillments"][0]["events"]["nodes"]) == 1
    session = ridge.voice.session
    intake.apply(session, ridge.voice.shop, answers.order(found), clock.now())
    session.commit()
    assert everything(ridge) == before


def test_a_fulfillment_of_two_parcels_stands_where_the_slower_one_is(ridge: Ridge) -> None:
    other = "1Z879E930346834440"
    ridge.parcel.numbers.append(other)
    keep(ridge)
    sent = wire.fulfillment(ridge.sale, ridge.parcel) | {"updated_at": clock.now().isoformat()}
    ridge.voice.shopify("fulfillments/update", sent)
    ridge.voice.settle()
    ridge.hear(S.DELIVERED, moment() - 9 * MINUTE)
    assert ridge.statuses() == []
    ridge.hear(S.OUT_FOR_DELIVERY, moment() - 8 * MINUTE, other)
    ridge.hear(S.DELIVERED, moment() - 7 * MINUTE, other)
    assert ridge.statuses() == ["OUT_FOR_DELIVERY", "DELIVERED"]


def test_a_store_that_is_away_is_told_later_and_one_that_refuses_is_shown(
    ridge: Ridge, monkeypatch: pytest.MonkeyPatch
) -> None:
    ridge.tell_only(S.IN_TRANSIT, moment() - 9 * MINUTE)
    with monkeypatch.context() as patched:
        patched.setattr(told, "create", refuse)
        job.run()
    assert ridge.calls() == {"in_transit": CallState.PARKED}
    ridge.voice.session.expire_all()
    assert "refuses fulfillmentEvent" in (ridge.voice.session.scalars(select(Call.failure)).one() or "")


def refuse(*_: object) -> Json:
    return {"fulfillmentEvent": None, "userErrors": [{"field": ["fulfillmentEvent"], "message": "no"}]}


@pytest.fixture
def ridge(shopify_store: StoreVoice, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Ridge]:
    monkeypatch.setenv("DEMO_STORES", str(tmp_path / "stores.sqlite"))
    announced: list[tuple[str, Json]] = []
    monkeypatch.setattr(told, "announce", announced.extend)
    voice, shelf = shopify_store, Shelf(wire.HOST)
    voice.shop.domain, voice.shop.scopes = wire.HOST, oauth.SCOPES.replace(",", " ")
    token = oauth.issue(shelf)
    until = clock.now() + timedelta(hours=1)
    keep_secret(voice.session, voice.shop, "offline_token", token["access_token"], expires_at=until)
    writeback.switch(voice.session, voice.shop, on=True)
    voice.session.commit()
    at = moment() - timedelta(hours=3)
    sale = Sale(
        id=stories.FIRST_RIDGE,
        number=1001,
        shopper=RIDGE[0].id,
        lines=[(stories.SHIRT, 1)],
        placed_at=at,
        updated_at=at,
    )
    sale.send("ups", at + timedelta(hours=1), way(RIDGE[0]))
    found = Ridge(voice, shelf, sale, announced)
    keep(found)
    for topic, body in [*notices.placed(sale), *notices.sent(sale, sale.parcels[0])]:
        assert voice.shopify(topic, body) == 200
    voice.settle()
    http.play(wire.HOST, Wsgi(ridge_and_pine))
    http._breakers.reset()
    yield found
    http.play(wire.HOST, None)
