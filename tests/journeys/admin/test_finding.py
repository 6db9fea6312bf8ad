"""Somebody is found by any word of their name, in their own shop, by an index."""

import re

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select, text, update
from sqlalchemy.orm import Session

from app.admin import finding
from app.audience.models import Profile
from app.commerce.models import Order
from app.lib import clock
from app.messages.dispatch import outbox
from app.messages.models import Message
from app.shops.models import Shop
from app.vocabulary import Trigger
from tests import sold
from tests.plans import noted, plan

NAMES = (
    ("Ana María", "van der Berg"),
    ("Jean-Luc", "O’Neill"),
    ("李", "小龙"),
    ("\\x", "5% 'sure'"),
    ("b" * 3000, None),
    (None, None),
)
FINDS = (
    *("berg", "VAN BERG ana", "maría", "mar", "luc", "jean-l", "o'nei", "O’Nei", "neill", "小"),
    *("\\", "'sure", "5%", "b" * 100),
)
FINDS_NOBODY = ("erg", "berg luc", "sure & ana", "%", "!ana", "ana |", ".*", "(", "[", "luc-o", "1")


def test_any_word_of_a_name_finds_somebody_and_nobody_in_another_shop(
    merchant: FlaskClient, shop: Shop, other_shop: Shop, session: Session
) -> None:
    for first, last in NAMES:
        for somewhere in (shop, other_shop):
            known = {"shop_id": somewhere.id, "first_name": first, "last_name": last}
            session.add(Profile(**known, first_seen_at=clock.now()))
    session.commit()

    def found(search: str) -> int:
        page = merchant.get(f"/admin/{shop.id}/customers", query_string={"q": search})
        return page.text.count('<th scope="row"')

    for search in FINDS:
        assert found(search) == 1, search
    for search in FINDS_NOBODY:
        assert found(search) == 0, search
    session.execute(update(Profile).values(email=Profile.first_name, phone="+4511"))
    for search in (*FINDS, *FINDS_NOBODY, "jean-luc", "4511", "+45 11"):
        near = select(Profile.id).where(Profile.shop_id == shop.id, finding.is_customer(shop.id, search))
        far = finding.customers(shop.id, search)
        assert set(session.scalars(near)) == set(session.scalars(far)), search


def test_whom_many_are_called_and_whom_few_are_is_found_page_after_page(
    merchant: FlaskClient, shop: Shop, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(finding, "NEAR", 100)
    rare = set(range(7, 400, 57))
    for number in range(400):
        name = "Zoë" if number in rare else "Ana" if number % 3 == 0 else "Bo"
        order = sold.order(session, shop, sold.Sent(number=f"1Z{number:016}"), name=f"#N{number:03}")
        order.ship_to = {**sold.ANA, "first_name": name}
    session.commit()

    def listed(search: str) -> list[int]:
        found, before = list[int](), None
        while before != "":
            page = merchant.get(
                f"/admin/{shop.id}/shipments", query_string={"q": search, "before": before or ""}
            ).text
            found += map(int, re.findall(r"#N(\d{3})</a>", page))
            (before,) = re.findall(r'href="[^"]*before=(\d+)', page) or [""]
        return found

    assert listed("zoë") == sorted(rare, reverse=True)
    assert listed("ana") == [
        number for number in range(399, -1, -1) if number % 3 == 0 and number not in rare
    ]
    assert listed("0398") == [398]
    assert listed("nobody") == []


def test_a_parcel_is_found_by_any_word_on_its_label(
    merchant: FlaskClient, shop: Shop, session: Session
) -> None:
    order = sold.order(session, shop, sold.Sent(number="1Z0000000000000001"), name="#4001")
    order.ship_to = {**sold.ANA, "first_name": "Mia Sofie", "last_name": "de la Cruz"}
    session.commit()
    for search, is_found in (("sofie cruz", True), ("cru mi", True), ("ruz", False), ("sofie ana", False)):
        listed = merchant.get(f"/admin/{shop.id}/shipments", query_string={"q": search}).text
        assert ("#4001" in listed) is is_found, search


def test_a_message_is_found_by_order_shopper_and_address_new_or_old(shop: Shop, session: Session) -> None:
    ana = Profile(shop_id=shop.id, email="ana@shop.example", first_name="Ana", last_name="Berg")
    ana.first_seen_at = clock.now()
    session.add(ana)
    order = sold.order(session, shop, name="#4002")
    session.flush()
    for to, order_id, profile_id in (
        ("other@shop.example", order.id, None),
        ("ana@shop.example", None, ana.id),
        ("third@shop.example", None, None),
    ):
        wanted = outbox.Ask(
            subject=to,
            trigger=Trigger.SHIPPED,
            order_id=order_id,
            profile_id=profile_id,
            to=to,
            occasion_at=clock.now(),
        )
        outbox.ask(session, shop.id, wanted)
    for search, many in (
        ("4002", 1),
        ("ber", 1),
        ("THIRD@shop.example", 1),
        ("ana@sh", 1),
        ("third", 0),
        ("%", 0),
    ):
        rows = select(Message.id).outerjoin(Order, Order.id == Message.order_id)
        rows = rows.outerjoin(Profile, Profile.id == Message.profile_id).where(finding.is_message(search))
        assert len(session.scalars(rows).all()) == many, search
        assert set(session.scalars(rows)) == set(session.scalars(finding.messages(shop.id, search))), search


SENT = """
    WITH sent AS (
        INSERT INTO fulfillment (shop_id, order_id, external_id, items, updated_at)
        SELECT shop_id, id, external_id, '[]', now() FROM "order"
        WHERE ship_to ->> 'last_name' LIKE 'Shopper %'
        RETURNING *
    )
    INSERT INTO shipment (shop_id, order_id, fulfillment_id, slot, number, status, progress,
        shipped_at, updated_at)
    SELECT shop_id, order_id, id, '1', '1Z' || id, 'in_transit', '{}', now(), now() FROM sent
"""
"""A parcel of each order: where there is but one, the planner begins with it, and is right."""


def test_an_index_finds_somebody_among_thousands(session: Session) -> None:
    shop = sold.shop(session)
    sold.order(session, shop)
    session.execute(
        text(
            "INSERT INTO profile (shop_id, first_name, last_name, first_seen_at)"
            " SELECT id, 'Ana', 'Shopper ' || number, now() FROM shop, generate_series(1, 3000) number"
        )
    )
    session.execute(
        text(
            'INSERT INTO "order"'
            " (shop_id, external_id, ship_to, first_heard_at, refunded, is_test, is_fulfilled)"
            " SELECT id, number, jsonb_build_object('first_name', 'Ana', 'last_name', 'Shopper ' || number),"
            " now(), 0, false, false FROM shop, generate_series(1, 3000) number"
        )
    )
    session.execute(text(SENT))
    session.execute(text('ANALYZE profile, "order", shipment'))
    with noted() as asked:
        assert len(session.scalars(finding.customers(shop.id, "2711")).all()) == 1
        session.execute(finding.parcels(shop.id, "2711")).all()
    assert "ix_profile_name_words" in plan(session, asked[0])
    assert "ix_order_to_name_words" in plan(session, asked[1])
