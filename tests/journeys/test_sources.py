"""From what an aggregator pushes or answers to the shopper's message."""

import hashlib
import hmac
import json
from datetime import datetime, timedelta
from typing import Any

import pytest
from prometheus_client import REGISTRY
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from app.carriers import easypost, ship24
from app.commerce.models import Delivery, Order
from app.lib import clock, plugins
from app.privacy import erasure
from app.shops.models import Credential, Errand
from app.tracking.models import Shipment, TrackingEvent
from app.tracking.sources import following, sources
from app.vocabulary import InboxState
from app.vocabulary import ShipmentStatus as S
from jobs import sync
from tests.contracts.sources.network import playing
from tests.journeys import payloads
from tests.journeys.conftest import StoreVoice
from webhooks.ingress import UNSIGNED_PUSH

NUMBER = "1Z5R89390357567127"
KEYS = {"api_key": "EZAK-key", "webhook_secret": "whs"}
HOST = "api.easypost.com"
UNREADABLE = (b"<html>Bad gateway</html>", b"[]", b'{"description": "tracker.updated", "result": {"x": 1}}')


def test_a_signed_push_moves_the_parcel_and_tells_the_shopper_once(shopify_store: StoreVoice) -> None:
    voice = with_parcel(shopify_store)
    body = tracker("delivered", clock.now() - timedelta(minutes=5))
    for _ in range(3):
        assert push(voice, body) == 200
    voice.settle()
    assert parcel(voice.session).status is S.DELIVERED
    assert voice.told() == ["thank_you", "shipped", "delivered"]
    assert voice.session.scalar(select(func.count()).select_from(TrackingEvent)) == 1


@pytest.mark.parametrize(
    "path", ["easypost/{key}x", "easypost/", "easypost", "dhl-by-night/{key}", "", "base/{key}"]
)
def test_who_pushes_elsewhere_is_nobody(shopify_store: StoreVoice, path: str) -> None:
    voice = with_parcel(shopify_store)
    body = tracker("delivered", clock.now())
    assert push(voice, body, path=path.format(key=voice.shop.key)) == 401
    assert voice.session.scalar(select(func.count()).where(Delivery.topic.startswith("carriers"))) == 0


def test_a_wrong_or_foreign_signature_is_refused(shopify_store: StoreVoice, woo_store: StoreVoice) -> None:
    voice = with_parcel(shopify_store)
    account(woo_store, {**KEYS, "webhook_secret": "other"})
    body = tracker("delivered", clock.now())
    before = refused()
    assert push(voice, body, secret="other") == 401
    assert push(voice, body, signature="") == 401
    assert push(voice, body, path=f"easypost/{woo_store.shop.key}") == 401
    assert push(voice, body, path=f"ship24/{voice.shop.key}") == 401
    assert refused() == before + 4
    voice.settle()
    assert parcel(voice.session).status is S.PENDING


def test_new_keys_are_known_at_once(shopify_store: StoreVoice, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("webhooks.senders.ASK_AGAIN_AFTER", 0.0)
    voice = with_parcel(shopify_store)
    body = tracker("delivered", clock.now())
    assert push(voice, body, secret="renewed") == 401
    account(voice, {**KEYS, "webhook_secret": "renewed"})
    assert push(voice, body, secret="renewed") == 200


def test_a_number_that_no_parcel_has_is_kept_and_moves_nothing(shopify_store: StoreVoice) -> None:
    voice = with_parcel(shopify_store)
    push(voice, tracker("delivered", clock.now(), number="9400111202555842332669"))
    voice.settle()
    kept = voice.session.scalars(select(Delivery).where(Delivery.topic.startswith("carriers"))).one()
    assert (kept.state, kept.failure) == (InboxState.IGNORED, "no parcel of this shop has this number")
    assert parcel(voice.session).status is S.PENDING


@pytest.mark.parametrize(
    "body", [b"<html>Bad gateway</html>", b"[]", b'{"description": "tracker.updated", "result": {"x": 1}}']
)
def test_what_cannot_be_read_is_parked(shopify_store: StoreVoice, body: bytes) -> None:
    voice = with_parcel(shopify_store)
    assert push(voice, body) == 200
    voice.settle()
    kept = voice.session.scalars(select(Delivery).where(Delivery.topic.startswith("carriers"))).one()
    assert kept.state is InboxState.PARKED


def test_a_store_cannot_speak_for_a_source(shopify_store: StoreVoice) -> None:
    voice = with_parcel(shopify_store)
    forged = json.loads(tracker("delivered", clock.now()))
    assert voice.shopify("carriers/easypost/body", forged) == 400


def test_a_push_whose_body_nobody_signed_only_makes_us_ask(shopify_store: StoreVoice) -> None:
    voice = with_parcel(shopify_store, key="ship24", keys={"api_key": "k", "webhook_secret": "whs"})
    body = json.dumps(ship24_told("delivered")).encode()
    headers = {"Authorization": "Bearer whs"}
    assert (
        voice.client.post(
            f"/webhooks/carriers/ship24/{voice.shop.key}", data=body, headers=headers
        ).status_code
        == 200
    )
    voice.settle()
    assert parcel(voice.session).status is S.PENDING
    due(voice.session)
    with playing("api.ship24.com") as api:
        api.will(200, {"data": ship24_told("out_for_delivery")})
        sync.run()
    assert {asked.url.rpartition("/trackers/")[2] for asked in api.asked} == {
        "track",
        f"search/{NUMBER}/results",
    }
    voice.settle()
    assert parcel(voice.session).status is S.OUT_FOR_DELIVERY


def test_every_parcel_is_registered_once_and_what_is_known_already_counts(shopify_store: StoreVoice) -> None:
    voice = with_parcel(shopify_store)
    with playing(HOST) as api:
        api.will(201, json.loads(tracker("in_transit", clock.now() - timedelta(hours=1)))["result"])
        sync.run()
        errand_again(voice)
        sync.run()
    assert [asked.body for asked in api.asked] == [{"tracker": {"tracking_code": NUMBER, "carrier": "UPS"}}]
    found = parcel(voice.session)
    assert (found.followed_by, found.follow_failure, found.status) == ("easypost", None, S.IN_TRANSIT)


def test_another_parcels_number_in_the_answer_is_left_alone(shopify_store: StoreVoice) -> None:
    voice = with_parcel(shopify_store)
    with playing(HOST) as api:
        api.will(201, json.loads(tracker("delivered", clock.now(), number="1Z879E930346834440"))["result"])
        sync.run()
    assert (parcel(voice.session).status, parcel(voice.session).followed_by) == (S.PENDING, "easypost")


def test_a_source_that_asks_us_to_wait_is_left_alone_for_so_long(shopify_store: StoreVoice) -> None:
    voice = with_parcel(shopify_store)
    second = payloads.fulfillment(clock.now(), ident=8, tracking_numbers=["1Z879E930346834440"])
    voice.shopify("fulfillments/create", second)
    voice.settle()
    with playing(HOST) as api:
        api.will(429, {}, Retry_After="7200")
        sync.run()
    assert len(api.asked) == 1
    waits = voice.session.scalars(select(Errand.due_at).filter_by(kind=following.FOLLOW)).all()
    assert len(waits) == 2
    assert all(wait > clock.now() + timedelta(minutes=119) for wait in waits)


def test_a_number_that_the_source_does_not_take_is_said_and_asked_once(
    shopify_store: StoreVoice,
) -> None:
    voice = with_parcel(shopify_store)
    with playing(HOST) as api:
        api.will(422, {"error": {"code": "TRACKER.CREATE.ERROR"}})
        sync.run()
    assert parcel(voice.session).follow_failure == "it answers 422"
    assert voice.session.scalar(select(Errand.id).filter_by(kind=following.FOLLOW)) is None


def test_keys_that_are_refused_rest_until_there_are_new_ones(shopify_store: StoreVoice) -> None:
    voice = with_parcel(shopify_store)
    with playing(HOST) as api:
        api.will(401, {})
        sync.run()
        due(voice.session)
        sync.run()
    assert len(api.asked) == 1
    assert voice.session.scalar(select(Credential.dead_at).filter_by(kind="source:easypost")) is not None
    account(voice, KEYS)
    following.follow_open(voice.session, voice.shop)
    voice.session.commit()
    with playing(HOST) as api:
        api.will(201, json.loads(tracker("in_transit", clock.now()))["result"])
        sync.run()
    assert parcel(voice.session).followed_by == "easypost"


def test_an_aggregator_that_is_connected_later_follows_what_is_on_its_way(shopify_store: StoreVoice) -> None:
    voice = with_parcel(shopify_store, key=None)
    assert voice.session.scalar(select(Errand.id).filter_by(kind=following.FOLLOW)) is None
    account(voice, KEYS)
    assert following.follow_open(voice.session, voice.shop) == 1
    voice.session.execute(update(Shipment).values(status=S.DELIVERED))
    assert following.follow_open(voice.session, voice.shop) == 0


def test_a_corrected_number_is_followed_as_well(shopify_store: StoreVoice) -> None:
    voice = with_parcel(shopify_store)
    with playing(HOST) as api:
        api.will(201, json.loads(tracker("delivered", clock.now()))["result"])
        sync.run()
        corrected = payloads.fulfillment(
            clock.now() + timedelta(minutes=1), tracking_numbers=["1Z879E930346834440"]
        )
        voice.shopify("fulfillments/update", corrected)
        voice.settle()
        due(voice.session)
        sync.run()
    assert [asked.body["tracker"]["tracking_code"] for asked in api.asked] == [NUMBER, "1Z879E930346834440"]
    assert parcel(voice.session).status is S.PENDING


def test_an_erased_orders_pushes_are_emptied(shopify_store: StoreVoice) -> None:
    voice = with_parcel(shopify_store)
    push(voice, tracker("delivered", clock.now() - timedelta(minutes=5)))
    push(voice, tracker("delivered", clock.now(), number="9400111202555842332669"))
    voice.settle()
    erasure.erase_order(voice.session, voice.session.scalars(select(Order)).one())
    voice.session.commit()
    kept = select(Delivery.body.is_(None)).where(Delivery.topic.startswith("carriers"))
    assert voice.session.scalars(kept.order_by(Delivery.id)).all() == [True, False]


def with_parcel(
    voice: StoreVoice, *, key: str | None = "easypost", keys: dict[str, str] | None = None
) -> StoreVoice:
    """Let a shop have an account with a source, and a parcel under way."""
    if key:
        account(voice, keys or KEYS, key=key)
    now = clock.now()
    voice.shopify("orders/paid", payloads.order(now))
    voice.shopify("fulfillments/create", payloads.fulfillment(now))
    voice.settle()
    voice.session.execute(Errand.__table__.delete().where(~Errand.kind.startswith("source.")))  # type: ignore[attr-defined]
    voice.session.commit()
    return voice


def refused() -> float:
    labels = {"platform": "carriers", "outcome": UNSIGNED_PUSH[1]}
    return REGISTRY.get_sample_value("doorstep_webhooks_answered_total", labels) or 0.0


def account(voice: StoreVoice, keys: dict[str, str], *, key: str = "easypost") -> None:
    sources.keep(voice.session, voice.shop, plugins.discover("app.carriers")[key], keys)
    voice.session.commit()


def push(
    voice: StoreVoice,
    body: bytes,
    *,
    secret: str = KEYS["webhook_secret"],
    signature: str | None = None,
    path: str | None = None,
) -> int:
    digest = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    headers = {"X-Hmac-Signature": easypost.PREFIX + digest if signature is None else signature}
    address = f"easypost/{voice.shop.key}" if path is None else path
    return voice.client.post(f"/webhooks/carriers/{address}", data=body, headers=headers).status_code


def tracker(status: str, at: datetime, *, number: str = NUMBER) -> bytes:
    line = {"status": status, "message": status, "datetime": at.isoformat()}
    result = {"tracking_code": number, "carrier": "UPS", "tracking_details": [line]}
    return json.dumps({"description": "tracker.updated", "result": result}).encode()


def ship24_told(milestone: str) -> dict[str, Any]:
    at = (clock.now() - timedelta(minutes=3)).isoformat()
    event = {"eventId": milestone, "statusMilestone": milestone, "occurrenceDatetime": at}
    told = {"trackings": [{"tracker": {"trackingNumber": NUMBER}, "events": [event]}]}
    assert ship24.parse(told)[0].scans
    return told


def parcel(session: Session) -> Shipment:
    session.expire_all()
    return session.scalars(select(Shipment).order_by(Shipment.id)).first() or Shipment()


def due(session: Session) -> None:
    """Let every errand become due, however long it was to wait."""
    session.execute(update(Errand).values(due_at=clock.now(), lease_until=None))
    session.commit()


def errand_again(voice: StoreVoice) -> None:
    following.follow_open(voice.session, voice.shop)
    voice.session.commit()
