"""Reactions and the engine tell of the same orders at once, and never wait for each other in a ring."""

from datetime import timedelta
from threading import Thread

from sqlalchemy import select
from sqlalchemy.orm import Session

from app import events, reactions
from app.commerce.models import Order
from app.events import ShipmentReached
from app.flows import engine
from app.flows.models import Enrollment
from app.lib import clock
from app.lib.db import engine as database
from app.vocabulary import ShipmentStatus, Trigger
from tests.journeys import payloads
from tests.journeys.admin.conftest import wait_for_a_lock
from tests.journeys.conftest import StoreVoice
from tests.journeys.flowing import enrollments, told
from tests.journeys.test_news_flows import rewrite

SHIPPED, HOUR = Trigger.SHIPPED, timedelta(hours=1)


def test_who_is_in_flows_is_locked_before_their_order_by_reactions_as_by_the_engine(
    shopify_store: StoreVoice,
) -> None:
    """Else each would wait for what the other holds."""
    store, now = shopify_store, clock.now()
    rewrite(store, SHIPPED, lambda it: it.replace("steps:\n", "steps:\n- wait: 2 hours\n"))
    store.shopify("orders/paid", payloads.order(now))
    store.shopify("fulfillments/create", payloads.fulfillment(now))
    store.settle()
    (row,) = enrollments(store, SHIPPED)
    reached = ShipmentReached(
        happened_at=now,
        order_id=row.order_id or 0,
        shipment_id=row.about_id,
        status=ShipmentStatus.OUT_FOR_DELIVERY,
    )
    events.record(store.session, store.shop.id, reached)
    store.session.commit()
    with Session(database()) as taking_on:
        taking_on.scalars(select(Enrollment).filter_by(id=row.id).with_for_update()).one()
        reaction = Thread(target=react)
        reaction.start()
        try:
            wait_for_a_lock()
            taking_on.scalars(select(Order).filter_by(id=row.order_id).with_for_update(nowait=True)).one()
        finally:
            taking_on.commit()
            reaction.join()
    assert len(told(store, Trigger.OUT_FOR_DELIVERY)) == 1


def test_batches_lock_the_orders_of_their_parcels_in_one_order(shopify_store: StoreVoice) -> None:
    store, now = shopify_store, clock.now()
    rewrite(store, SHIPPED, lambda it: it.replace("steps:\n", "steps:\n- wait: 2 hours\n"))
    for number, ident in ((1042, 7), (1043, 8)):
        store.shopify("orders/paid", payloads.order(now, number))
        store.shopify("fulfillments/create", payloads.fulfillment(now, number, ident))
        store.settle()
    first, second = enrollments(store, SHIPPED)
    first.arrived_at, second.arrived_at = now - 3 * HOUR, now - 4 * HOUR
    first.due_at, second.due_at = now - HOUR, now - 2 * HOUR
    store.session.commit()
    with Session(database()) as other:
        other.scalars(select(Order).filter_by(id=first.order_id).with_for_update()).one()
        batch = Thread(target=take_on)
        batch.start()
        try:
            wait_for_a_lock()
            other.scalars(select(Order).filter_by(id=second.order_id).with_for_update(nowait=True)).one()
        finally:
            other.commit()
            batch.join()
    assert len(told(store, SHIPPED)) == 2


def react() -> None:
    with Session(database()) as mine:
        reactions.react_one(mine)
        mine.commit()


def take_on() -> None:
    with Session(database()) as mine:
        engine.run(mine)
        mine.commit()
