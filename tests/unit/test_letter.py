from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event, select
from sqlalchemy.orm import Session

from app.audience.models import Profile
from app.commerce.models import Fulfillment, LineItem, Order, Product, Variant
from app.lib import clock
from app.lib.db import engine
from app.messages.documents import compose
from app.messages.letters.letter import Letter
from app.messages.models import Message
from app.messages.wording import publishing
from app.shops.models import Shop
from app.tracking.models import Shipment
from app.vocabulary import Category, Medium, PlatformKey, ShipmentStatus, Trigger


def test_a_letter_speaks_of_the_parcels_of_its_message_and_what_is_in_them(story: "Story") -> None:
    first, second = story.parcel("1Z1", items={"shirt": 1}), story.parcel("1Z2", items={"mug": 1})
    told = story.letter(Trigger.SHIPPED, second)
    assert [(parcel.place, parcel.number) for parcel in told.parcels] == [(2, "1Z2")]
    assert [(item.title, item.quantity, item.total) for item in told.items] == [("Mug", 1, 1800)]
    assert not told.is_whole
    assert story.letter(Trigger.SHIPPED, first, second).is_whole
    assert not story.letter(Trigger.SHIPPED, first, second, step=2).is_whole


def test_a_store_that_does_not_say_what_is_inside_means_the_whole_order(story: "Story") -> None:
    told = story.letter(Trigger.DELIVERED, story.parcel("1Z1", items={}))
    assert [(item.title, item.total) for item in told.items] == [("Shirt", 12800), ("Mug", 3600)]


def test_parcels_of_a_cancelled_fulfillment_keep_their_place(story: "Story") -> None:
    story.parcel("1Z1", items={}, cancelled_at=clock.now())
    told = story.letter(Trigger.SHIPPED, story.parcel("1Z2", items={}))
    assert [parcel.place for parcel in told.parcels] == [2]
    assert told.is_whole


def test_an_earlier_order_makes_it_a_later_one(session: Session, story: "Story") -> None:
    assert story.letter(Trigger.THANK_YOU).is_first
    story.order_placed(days_ago=30, cancelled_at=clock.now())
    assert story.letter(Trigger.THANK_YOU).is_first
    story.order_placed(days_ago=30)
    assert not story.letter(Trigger.THANK_YOU).is_first
    story.order.is_first = True
    session.flush()
    assert story.letter(Trigger.THANK_YOU).is_first


def test_what_is_sold_besides_has_its_price_where_it_is_in_the_orders_currency(
    session: Session, story: "Story"
) -> None:
    web = "https://ridge.example/hat"
    for number, title in (("hat", "Hat"), ("shirt-product", "Shirt")):
        product = Product(shop_id=story.shop.id, external_id=number, title=title, url=web, image_url=web)
        session.add(product)
        session.flush()
        of = {"product_id": product.id, "external_id": number, "price": 4500, "in_stock": True}
        session.add(Variant(shop_id=story.shop.id, **of))
    bought = session.scalars(select(LineItem).filter_by(order_id=story.order.id, title="Shirt")).one()
    bought.product_external_id = "shirt-product"
    blocks = [{"kind": "items"}, {"kind": "recommendations"}]
    publishing.save(session, story.shop.id, Trigger.THANK_YOU, {"subject": "Thanks", "blocks": blocks})
    publishing.publish(session, story.shop.id, Trigger.THANK_YOU)

    def offered() -> list[tuple[str, int | None]]:
        return [(it.title, it.price) for it in story.letter(Trigger.THANK_YOU).recommendations]

    assert offered() == [("Hat", 4500)]
    story.order.currency = "JPY"
    session.flush()
    assert offered() == [("Hat", None)]


def test_gathering_costs_a_fixed_number_of_queries(session: Session, story: "Story") -> None:
    parcels = [story.parcel(f"1Z{i}", items={"shirt": 1}) for i in range(10)]
    message = story.message(Trigger.SHIPPED, parcels)
    session.commit()
    session.expunge_all()
    with counted() as statements:
        compose.gather(session, session.merge(message, load=False))
    assert len(statements) <= 10


def test_a_letter_can_be_rendered_without_a_database(session: Session, story: "Story") -> None:
    told = story.letter(Trigger.SHIPPED, story.parcel("1Z1", items={}))
    session.close()
    with counted() as statements:
        mail = compose.render(told)
    assert statements == []
    assert mail.to == "ana@example.org"
    assert mail.message_id == "<1@doorstep.test>"


def test_a_mail_names_the_days_that_the_tracking_page_names(story: "Story") -> None:
    today = clock.now().date()
    story.order.window_from, story.order.window_until = today + timedelta(days=4), today + timedelta(days=7)
    ours = {"window_from": today + timedelta(days=3), "window_until": today + timedelta(days=5)}
    parcel = story.parcel("1Z1", items={}, **ours)
    letter = story.letter(Trigger.SHIPPED, parcel)
    mail, span = compose.render(letter), letter.calendar.from_to(*ours.values())
    assert mail.subject == f"Arriving {span}: order #1042"
    assert f"Arriving {span}" in mail.html
    span = letter.calendar.from_to(story.order.window_from, story.order.window_until)
    assert f"Arriving {span}" in compose.render(story.letter(Trigger.THANK_YOU)).text
    parcel.expected_at = clock.now() + timedelta(days=2)
    mail = compose.render(story.letter(Trigger.SHIPPED, parcel))
    assert f"\N{NO-BREAK SPACE}{parcel.expected_at.day}: order" in mail.subject


def test_a_stub_of_an_order_can_be_told_of(session: Session, story: "Story") -> None:
    bare = Order(
        shop_id=story.shop.id, external_id="9", first_heard_at=clock.now(), refunded=0, is_test=False
    )
    session.add(bare)
    session.flush()
    story.order = bare
    assert compose.render(story.letter(Trigger.SHIPPED, story.parcel(None, items={}))).subject


class Story:
    """A shop, a shopper and an order, and what happens to it."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.shop = Shop(
            platform=PlatformKey.SHOPIFY,
            domain="ridge.myshopify.com",
            url="https://ridge.example",
            key="ridge",
            name="Ridge & Pine",
            settings={},
            installed_at=clock.now(),
        )
        session.add(self.shop)
        session.flush()
        self.ana = Profile(shop_id=self.shop.id, email="ana@example.org", first_seen_at=clock.now())
        session.add(self.ana)
        session.flush()
        self.order = self.order_placed()
        for position, (title, quantity, price) in enumerate([("Shirt", 1, 12800), ("Mug", 2, 1800)]):
            line = LineItem(
                shop_id=self.shop.id,
                order_id=self.order.id,
                external_id=title.lower(),
                position=position,
                title=title,
                quantity=quantity,
                price=price,
            )
            session.add(line)
        session.flush()

    def order_placed(self, *, days_ago: int = 0, **changed: Any) -> Order:
        at = clock.now() - timedelta(days=days_ago)
        order = Order(
            shop_id=self.shop.id,
            external_id=f"order-{days_ago}-{len(changed)}",
            name="#1042",
            profile_id=self.ana.id,
            email="ana@example.org",
            currency="USD",
            total=16400,
            placed_at=at,
            updated_at=at,
            first_heard_at=at,
            **changed,
        )
        self.session.add(order)
        self.session.flush()
        return order

    def parcel(self, number: str | None, *, items: dict[str, int], **changed: Any) -> Shipment:
        fulfillment = Fulfillment(
            shop_id=self.shop.id,
            order_id=self.order.id,
            external_id=f"fulfillment-{number}",
            items=[{"item": item, "quantity": quantity} for item, quantity in items.items()],
        )
        self.session.add(fulfillment)
        self.session.flush()
        shipment = Shipment(
            shop_id=self.shop.id,
            order_id=self.order.id,
            fulfillment_id=fulfillment.id,
            slot=number or f"fulfillment:{fulfillment.id}",
            number=number,
            carrier="ups",
            status=ShipmentStatus.IN_TRANSIT,
            progress={},
            shipped_at=clock.now(),
            updated_at=clock.now(),
            **changed,
        )
        self.session.add(shipment)
        self.session.flush()
        return shipment

    def message(self, trigger: Trigger, parcels: list[Shipment], step: int = 1) -> Message:
        message = Message(
            shop_id=self.shop.id,
            key=f"{trigger}:{step}:{[parcel.id for parcel in parcels]}",
            trigger=trigger,
            step=step,
            medium=Medium.EMAIL,
            category=Category.TRANSACTIONAL,
            profile_id=self.order.profile_id,
            order_id=self.order.id,
            shipment_ids=[parcel.id for parcel in parcels],
            case_entry_id=None,
            occasion_at=clock.now(),
            to="ana@example.org",
            rfc_id="<1@doorstep.test>",
            due_at=clock.now(),
            created_at=clock.now(),
        )
        self.session.merge(message) if message.id else self.session.add(message)
        self.session.flush()
        return message

    def letter(self, trigger: Trigger, *parcels: Shipment, step: int = 1) -> Letter:
        with self.session.begin_nested() as savepoint:
            told = compose.gather(self.session, self.message(trigger, list(parcels), step))
            savepoint.rollback()
        return told


@pytest.fixture
def story(session: Session) -> Story:
    return Story(session)


@contextmanager
def counted() -> Iterator[list[str]]:
    statements: list[str] = []

    def note(*arguments: Any) -> None:
        statements.append(arguments[2])

    event.listen(engine(), "before_cursor_execute", note)
    yield statements
    event.remove(engine(), "before_cursor_execute", note)
