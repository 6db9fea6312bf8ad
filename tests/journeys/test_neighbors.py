"""What goes wrong with one row keeps nobody else's waiting."""

from collections.abc import Callable
from datetime import timedelta

from sqlalchemy import func, insert, select, update

from app import events, reactions
from app.commerce.models import Fulfillment
from app.events import EventRow, ShopUninstalled
from app.lib import clock
from app.vocabulary import MessageState, Reason
from jobs import flows, inbox, messages
from tests.contracts.smtp_server import ScriptedServer
from tests.journeys import payloads
from tests.journeys.conftest import StoreVoice
from tests.journeys.test_mails import server

__all__ = ["server"]

Later = Callable[[timedelta], None]


def test_an_event_that_nobody_can_react_to_is_passed_over_and_tried_again(shopify_store: StoreVoice) -> None:
    session, now = shopify_store.session, clock.now()
    of_a_later_version = {"kind": "parcel_teleported", "data": {}, "happened_at": now, "recorded_at": now}
    session.execute(insert(EventRow).values(shop_id=shopify_store.shop.id, **of_a_later_version))
    session.commit()
    shopify_store.shopify("orders/paid", payloads.order(now))
    inbox.drain()
    flows.react()
    assert shopify_store.told() == ["thank_you"]
    (left,) = session.scalars(select(EventRow).where(EventRow.reacted_at.is_(None)))
    assert left.kind == "parcel_teleported"
    assert left.due_at is not None
    assert timedelta(0) < left.due_at - clock.now() <= timedelta(seconds=5)


def test_a_shop_with_a_crowd_of_events_delays_no_other(
    shopify_store: StoreVoice, woo_store: StoreVoice
) -> None:
    session = shopify_store.session
    for shop, count in ((shopify_store.shop, 40), (woo_store.shop, 3)):
        for number in range(count):
            gone = ShopUninstalled(happened_at=clock.now())
            events.record(session, shop.id, gone, once=f"gone-{number}")
    session.commit()
    after: int | None = reactions.any_shop(session)
    for _ in range(6):
        after = reactions.react_one(session, after or 0)
    left = select(func.count()).select_from(EventRow).where(EventRow.reacted_at.is_(None))
    assert session.scalar(left.filter_by(shop_id=woo_store.shop.id)) == 0
    assert session.scalar(left.filter_by(shop_id=shopify_store.shop.id)) == 37
    while (after := reactions.react_one(session, after or 0)) is not None:
        pass
    assert session.scalar(left) == 0


def test_a_message_that_cannot_be_put_together_fails_alone(
    shopify_store: StoreVoice, server: ScriptedServer, later: Later
) -> None:
    now = clock.now()
    for number in (1042, 1043):
        shopify_store.shopify("orders/paid", payloads.order(now, number))
        shopify_store.shopify("fulfillments/create", payloads.fulfillment(now, number, number))
    shopify_store.settle()
    odd = [{"item": "1", "quantity": "two"}]
    session = shopify_store.session
    session.execute(update(Fulfillment).where(Fulfillment.external_id == "1042").values(items=odd))
    session.commit()
    later(timedelta(minutes=5))
    messages.send()
    failed = [message for message in shopify_store.messages() if message.state is MessageState.FAILED]
    assert {(message.reason, message.failure) for message in failed} == {(Reason.UNRENDERABLE, "ValueError")}
    assert len(server.taken) == len(shopify_store.messages()) - len(failed) > 0
