"""Lists of parcels are narrowed to carriers and countries in the address, and their links keep that."""

import csv
import re
from io import StringIO

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.lib import clock
from app.messages.dispatch.bulletins import Bulletin
from app.shops.models import Shop
from app.tracking.models import ExceptionRow, OwnCarrier, Shipment
from app.vocabulary import ExceptionKind
from tests import sold
from tests.journeys.admin.conftest import token

SENT = (("ups", "US"), ("ups", "CA"), ("usps", "US"), ("", "IE"))
"""With whom each of #4001 to #4004 went, and to which country."""


@pytest.fixture
def parcels(shop: Shop, session: Session) -> list[Shipment]:
    for number, (slug, country) in enumerate(SENT, start=1):
        order = sold.order(
            session, shop, sold.Sent(number=f"1Z000000000000000{number}"), name=f"#400{number}"
        )
        order.ship_to = {**sold.ANA, "country": country}
        shipment = session.scalars(select(Shipment).filter_by(order_id=order.id)).one()
        shipment.carrier_slug = slug or None
    session.commit()
    return list(session.scalars(select(Shipment).order_by(Shipment.id)))


def listed(merchant: FlaskClient, address: str) -> list[str]:
    page = merchant.get(address, follow_redirects=True).text
    return sorted(re.findall(r"<th scope=\"row\".*?#(\d+)", page))


@pytest.mark.parametrize(
    ("asked", "orders"),
    [
        ("carrier=ups", ["4001", "4002"]),
        ("carrier=ups&carrier=usps", ["4001", "4002", "4003"]),
        ("carrier=none", ["4004"]),
        ("country=US", ["4001", "4003"]),
        ("carrier=ups&country=US", ["4001"]),
        ("carrier=ups&country=IE", []),
        ("country=US&q=4003", ["4003"]),
        ("carrier=nobody", []),
        ("carrier=own:nonsense", ["4001", "4002", "4003", "4004"]),
        ("carrier=own:99999999999999999999", ["4001", "4002", "4003", "4004"]),
    ],
)
def test_a_list_shows_only_what_its_address_asks_for(
    merchant: FlaskClient, shop: Shop, parcels: list[Shipment], asked: str, orders: list[str]
) -> None:
    assert len(parcels) == len(SENT)
    assert listed(merchant, f"/admin/{shop.id}/shipments?{asked}") == orders


def test_tabs_the_file_and_a_message_to_all_of_them_keep_what_was_asked_for(
    merchant: FlaskClient, shop: Shop, session: Session, parcels: list[Shipment]
) -> None:
    page = merchant.get(f"/admin/{shop.id}/shipments?carrier=ups&country=US&q=4001").text
    links = re.findall(r'href="([^"]*shipments[^"]*)"', page)
    kept = "carrier=ups&amp;country=US"
    assert sum(kept in link for link in links) >= len(("In transit", "Arriving today", "Delivered", "Export"))
    assert re.search(rf'href="[^"]*exceptions\?{kept}"', page)
    assert "UPS" in page
    assert "United States" in page
    rows = list(csv.reader(StringIO(merchant.get(f"/admin/{shop.id}/shipments.csv?country=US").text)))
    assert sorted(row[0] for row in rows[1:]) == ["#4001", "#4003"]
    asked = {"csrf": token(merchant), "all": "yes", "carrier": ["ups", "usps"], "country": "US"}
    merchant.post(f"/admin/{shop.id}/bulletins", data=asked)
    bulletin = session.scalars(select(Bulletin)).one()
    assert sorted(part["shipments"] for part in bulletin.parcels) == [[parcels[0].id], [parcels[2].id]]


def test_a_carrier_of_the_shops_own_is_one_to_narrow_to(
    merchant: FlaskClient, shop: Shop, session: Session, parcels: list[Shipment]
) -> None:
    own = OwnCarrier(shop_id=shop.id, name="Bike Bros", template="https://bikes.example/{tracking_number}")
    session.add(own)
    session.flush()
    parcels[1].own_carrier_id = own.id
    session.commit()
    there = f"/admin/{shop.id}/shipments"
    assert "Bike Bros" in merchant.get(there).text
    assert listed(merchant, f"{there}?carrier=own:{own.id}") == ["4002"]
    assert listed(merchant, f"{there}?carrier=ups") == ["4001"]


def test_the_queue_is_searched_and_narrowed_and_stays_so_when_something_is_dealt_with(
    merchant: FlaskClient, shop: Shop, session: Session, parcels: list[Shipment]
) -> None:
    now = clock.now()
    known = {"shop_id": shop.id, "since": now, "opened_at": now}
    for it in parcels:
        held_up = {"order_id": it.order_id, "shipment_id": it.id, "kind": ExceptionKind.HELD_UP}
        session.add(ExceptionRow(**known, **held_up, evidence={}))
    unsent = sold.order(session, shop, name="#4009")
    unsent.ship_to = {**sold.ANA, "country": "US"}
    waits = {"order_id": unsent.id, "shipment_id": None, "kind": ExceptionKind.UNFULFILLED}
    session.add(ExceptionRow(**known, **waits, evidence={"days": 3}))
    session.commit()
    queue = f"/admin/{shop.id}/exceptions"
    assert listed(merchant, f"{queue}?q=4009") == ["4009"]
    assert listed(merchant, f"{queue}?q=1Z0000000000000002") == ["4002"]
    assert listed(merchant, f"{queue}?country=US") == ["4001", "4003", "4009"]
    assert listed(merchant, f"{queue}?country=US&carrier=usps") == ["4003"]
    assert listed(merchant, f"{queue}?country=IE&kind=unfulfilled") == []
    assert listed(merchant, f"{queue}?country=US&kind=unfulfilled") == ["4009"]
    file = merchant.get(f"/admin/{shop.id}/shipments.csv?tab=exceptions&country=US").text
    rows = list(csv.DictReader(StringIO(file.removeprefix("\ufeff"))))
    assert sorted(row["Order"] for row in rows) == ["#4001", "#4003", "#4009"]
    assert {row["Order"]: row["Needs a look"] for row in rows}["#4009"] == "Not sent yet"
    first = session.scalars(select(ExceptionRow).filter_by(shipment_id=parcels[0].id)).one()
    done = {"csrf": token(merchant), "country": "US", "q": "400"}
    there = merchant.post(f"{queue}/{first.id}/resolve", data=done).location
    assert "country=US" in there
    assert "q=400" in there


def test_several_are_put_off_or_done_with_at_once_and_taken_back_at_once(
    merchant: FlaskClient, shop: Shop, session: Session, parcels: list[Shipment]
) -> None:
    now = clock.now()
    for it, kind in zip(parcels, (*[ExceptionKind.HELD_UP] * 3, ExceptionKind.REPORTED), strict=True):
        known = {"shop_id": shop.id, "order_id": it.order_id, "shipment_id": it.id, "kind": kind}
        session.add(ExceptionRow(**known, since=now, opened_at=now, evidence={}))
    session.commit()
    queue = f"/admin/{shop.id}/exceptions"

    def say(what: str, *chosen: Shipment, **more: str) -> str:
        fields = {"csrf": token(merchant), "id": [str(it.id) for it in chosen], **more}
        answer = merchant.post(f"{queue}/several/{what}", data=fields)
        return answer.location if answer.status_code == 303 else str(answer.status_code)

    there = say("resolve", parcels[0], parcels[3], country="US")
    assert "country=US" in there
    page = merchant.get(there).text
    assert "Done with 1 parcel." in page
    assert listed(merchant, queue) == ["4002", "4003", "4004"], "what a shopper reported has to be answered"
    assert "1 parcel is put off." in merchant.get(say("put-off", parcels[1], days="1")).text
    assert listed(merchant, queue) == ["4003", "4004"]
    say("bring-back", *parcels[:2])
    assert listed(merchant, queue) == ["4001", "4002", "4003", "4004"]
    say("put-off", parcels[0], days="1")
    (aside,) = session.scalars(select(ExceptionRow.snoozed_until).filter_by(shipment_id=parcels[0].id))
    page = merchant.get(say("resolve", *parcels[:2])).text  # from a page that somebody opened before that
    assert "Done with 1 parcel." in page
    assert page.count(f'name="id" value="{parcels[0].id}"') == 0, "their undo leaves alone what others did"
    session.expire_all()
    first = session.scalars(select(ExceptionRow).filter_by(shipment_id=parcels[0].id)).one()
    assert (first.snoozed_until, first.resolved_at) == (aside, None)
    assert "said=" not in say("resolve", *parcels[:2]), "nothing was left to do"
    assert say("resolve") == "404", "none was ticked"
    assert say("put-off", parcels[0], days="400") == "400"
