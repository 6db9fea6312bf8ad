"""A parcel waits to be collected, or was brought in vain: from the bytes that tell of it to the mail."""

import base64
import hashlib
import hmac
import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from app.lib import clock
from app.tracking.models import ExceptionRow, Shipment
from app.vocabulary import ExceptionKind, MessageState, Reason, Trigger
from tests.contracts.smtp_server import ScriptedServer
from tests.journeys import payloads
from tests.journeys.carrier import NUMBER, connect, poll, ups
from tests.journeys.carrier import told as told_by_ups
from tests.journeys.conftest import StoreVoice
from tests.journeys.payloads import RECORDINGS
from tests.journeys.test_mails import parsed, part, send, server
from tests.journeys.test_sources import account

__all__ = ["server"]

Later = Callable[[timedelta], None]
SECRET = "whs"


def test_where_it_waits_is_mailed_as_soon_as_its_source_says_so(
    shopify_store: StoreVoice, server: ScriptedServer, later: Later
) -> None:
    account(shopify_store, {"api_key": "k", "webhook_secret": SECRET}, key="aftership")
    sent(shopify_store, later)
    assert aftership(shopify_store, "AvailableForPickup") == 200
    send(shopify_store, later)
    mail = parsed(server.taken[-1])
    assert mail["Subject"] == "Ready to collect: order #1042"
    for kind in ("plain", "html"):
        assert "Flagship Store" in part(mail, kind)
    assert shopify_store.told() == ["thank_you", "shipped", "ready_to_collect"]


def test_by_when_it_must_be_collected_is_told_where_the_carrier_says(
    shopify_store: StoreVoice, server: ScriptedServer, later: Later
) -> None:
    connect(shopify_store)
    sent(shopify_store, later)
    last = clock.now() + timedelta(days=6)
    answer = told_by_ups(NUMBER, "I", "DS")
    package = answer["trackResponse"]["shipment"][0]["package"][0]
    package["accessPointInformation"] = {"pickupByDate": f"{last:%Y%m%d}"}
    with ups(lambda _: (200, answer, {})):
        poll(shopify_store)
    shopify_store.shopify("fulfillment_events/create", payloads.scan("ready_for_pickup", clock.now(), 1))
    send(shopify_store, later)
    assert f"Until {last:%A}, {last:%B}\N{NO-BREAK SPACE}{last.day}" in text(server)


def test_who_was_missed_reads_what_happens_next(
    shopify_store: StoreVoice, server: ScriptedServer, later: Later
) -> None:
    sent(shopify_store, later)
    for ident in (1, 2):  # the second try fails as well, and is no first
        scan = payloads.scan("attempted_delivery", clock.now(), ident)
        shopify_store.shopify("fulfillment_events/create", scan)
        send(shopify_store, later)
    subjects = [parsed(taken)["Subject"] for taken in server.taken]
    assert subjects[2:] == ["Not delivered yet: order #1042"]
    assert "UPS usually tries again on the next working day." in text(server)


def test_what_ends_a_delay_is_told_and_its_apology_is_not(
    shopify_store: StoreVoice, server: ScriptedServer, later: Later
) -> None:
    sent(shopify_store, later)
    session = shopify_store.session
    shipment = session.scalars(select(Shipment)).one()
    session.add(shipment_stalled(shipment))
    session.execute(update(Shipment).values(status="in_transit", status_at=clock.now()))
    session.commit()
    shopify_store.shopify("fulfillment_events/create", payloads.scan("ready_for_pickup", clock.now(), 1))
    shopify_store.settle()
    session.expire_all()
    assert session.scalars(select(ExceptionRow.cleared_at).filter_by(kind=ExceptionKind.STALLED)).one()
    send(shopify_store, later)
    assert parsed(server.taken[-1])["Subject"] == "Ready to collect: order #1042"


@pytest.mark.usefixtures("server")
def test_two_parcels_at_the_same_counter_share_a_mail(shopify_store: StoreVoice, later: Later) -> None:
    now = clock.now()
    shopify_store.shopify("orders/paid", payloads.order(now))
    for ident, number in ((7, NUMBER), (8, "1Z879E930346834440")):
        made = payloads.fulfillment(now, ident=ident, tracking_number=number, tracking_numbers=[number])
        shopify_store.shopify("fulfillments/create", made)
    send(shopify_store, later)
    for ident in (7, 8):
        scan = payloads.scan("ready_for_pickup", clock.now(), ident, fulfillment_id=ident)
        shopify_store.shopify("fulfillment_events/create", scan)
    send(shopify_store, later)
    told = [it for it in shopify_store.messages() if it.trigger is Trigger.READY_TO_COLLECT]
    assert [(it.state, len(it.shipment_ids)) for it in told] == [(MessageState.SENT, 2)]


def test_nobody_is_sent_for_what_was_collected_meanwhile(
    shopify_store: StoreVoice, server: ScriptedServer, later: Later
) -> None:
    sent(shopify_store, later)
    shopify_store.shopify("fulfillment_events/create", payloads.scan("ready_for_pickup", clock.now(), 1))
    shopify_store.settle()
    shopify_store.shopify("fulfillment_events/create", payloads.scan("delivered", clock.now(), 2))
    send(shopify_store, later)
    outcomes = {str(it.trigger): (it.state, it.reason) for it in shopify_store.messages()}
    assert outcomes["ready_to_collect"] == (MessageState.SKIPPED, Reason.SUPERSEDED)
    assert outcomes["delivered"] == (MessageState.SENT, None)
    assert len(server.taken) == 3


def sent(store: StoreVoice, later: Later) -> None:
    """Let an order be placed and its parcel leave."""
    now = clock.now()
    store.shopify("orders/paid", payloads.order(now))
    store.shopify("fulfillments/create", payloads.fulfillment(now))
    send(store, later)


def aftership(store: StoreVoice, tag: str) -> int:
    """Push the recorded delivery, its last checkpoint made a moment ago and of this status."""
    recorded = RECORDINGS / "carriers" / "aftership" / "tracking_update.COMPOSED.json"
    body: dict[str, Any] = json.loads(recorded.read_text())
    tracking = body["msg"]
    last = tracking["checkpoints"][-1]
    last |= {"tag": tag, "subtag": f"{tag}_001", "checkpoint_time": clock.now().isoformat()}
    tracking |= {"tracking_number": NUMBER, "checkpoints": [last], "updated_at": clock.now().isoformat()}
    raw = json.dumps(body).encode()
    signature = base64.b64encode(hmac.digest(SECRET.encode(), raw, hashlib.sha256)).decode()
    path = f"/webhooks/carriers/aftership/{store.shop.key}"
    return store.client.post(path, data=raw, headers={"aftership-hmac-sha256": signature}).status_code


def shipment_stalled(shipment: Shipment) -> ExceptionRow:
    return ExceptionRow(
        shop_id=shipment.shop_id,
        kind=ExceptionKind.STALLED,
        order_id=shipment.order_id,
        shipment_id=shipment.id,
        since=clock.now() - timedelta(days=9),
        opened_at=clock.now() - timedelta(days=1),
    )


def text(server: ScriptedServer) -> str:
    return part(parsed(server.taken[-1]), "plain")
