"""Customers: found, told apart, spared, copied and erased; and whoever looks is written down."""

import csv
import json
import re
from io import StringIO

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select, text, update
from sqlalchemy.orm import Session

from app.admin.shipments import file as parcels_file
from app.audience import profiles
from app.audience.models import ConsentRow, Profile
from app.commerce.models import Order
from app.events import EventRow
from app.lib import certificate, clock, sheets
from app.lib.db import Base
from app.platforms.base import Consent
from app.platforms.purchases import Person
from app.shops.models import AccessRecord, Shop
from app.tracking.models import Shipment
from app.tracking.parcels.notes import Note
from app.vocabulary import Category, ConsentSource, ConsentState, Medium, MessageState, Reason
from tests.journeys import payloads
from tests.journeys.admin.conftest import parcel, sign_in, token
from tests.journeys.conftest import StoreVoice


def person(session: Session, shop: Shop, name: str, email: str, phone: str | None = None) -> int:
    first, _, last = name.partition(" ")
    named = Person(email=email, first_name=first, last_name=last, phone=phone)
    profile = profiles.keep(session, shop.id, named, heard_at=clock.now())
    assert profile is not None
    session.commit()
    return profile.id


@pytest.fixture
def ada(shopify_store: StoreVoice) -> int:
    """Ada, who has bought once and agreed to offers."""
    parcel(shopify_store, 1)
    session, shop = shopify_store.session, shopify_store.shop
    said = Consent(
        person=Person(email="ada@example.com"),
        medium=Medium.EMAIL,
        state=ConsentState.SUBSCRIBED,
        source=ConsentSource.CHECKOUT,
        at=clock.now(),
        address="ada@example.com",
        wording="E-mail me with news and offers",
    )
    profiles.keep_consent(session, shop.id, said, heard_at=clock.now())
    session.commit()
    return session.scalars(select(Profile.id)).one()


@pytest.mark.usefixtures("ada")
def test_somebody_is_found_by_the_beginning_of_a_name_by_address_and_by_order(
    merchant: FlaskClient, shopify_store: StoreVoice
) -> None:
    session, shop = shopify_store.session, shopify_store.shop
    person(session, shop, "Maximiliane Oberhofer-Santangelo", "max_o@example.com", "+13035550142")
    person(session, shop, "Max O’Neill", "maxneill@example.com")
    address = f"/admin/{shop.id}/customers"

    def found(search: str) -> int:
        page = merchant.get(address, query_string={"q": search})
        assert page.status_code == 200
        return page.text.count('<th scope="row"')

    assert found("") == 3
    counts = {"max": 2, "MAX ober": 1, "ober max": 1, "max_o": 1, "max%": 0, "+1 303 555 0142": 1, "ad": 1}
    assert {search: found(search) for search in counts} == counts
    assert found("#1001") == found("1001") == found("ada@exam") == 1
    assert found("nobody") == found("#9999") == found("   x") == 0
    page = merchant.get(address).text
    assert "a•••@example.com" in page
    assert "ada@example.com" not in page


def test_a_customer_s_page_tells_everything_that_happened_and_why_not(
    merchant: FlaskClient, shopify_store: StoreVoice, ada: int
) -> None:
    session, shop = shopify_store.session, shopify_store.shop
    for message in shopify_store.messages():
        message.decision = {"at": clock.now().isoformat(), "answer": "skipped", "saw": [["flow", "off"]]}
        message.state, message.reason = MessageState.SKIPPED, Reason.FLOW_OFF
    session.commit()
    page = merchant.get(f"/admin/{shop.id}/customers/{ada}").text
    for said in (
        "ada@example.com",
        "Ordered #1001",
        "A parcel of #1001",
        "Mail not sent: Shipped",
        "This flow is switched off.",
        "Flow: off",
        "Said yes in the box at the checkout: E-mail, offers",
        "E-mail me with news and offers",
        "Sealed",
    ):
        assert said in page, said
    unsent = merchant.get(f"/admin/{shop.id}/customers/{ada}?show=unsent").text
    assert "Mail not sent" in unsent
    assert "Ordered #1001" not in unsent
    for query in ("?before=x", "?before=2026-11-26T00:00:00", "?show=nonsense", "?before=" + "9" * 40):
        assert merchant.get(f"/admin/{shop.id}/customers/{ada}{query}").status_code == 200


def test_a_long_story_is_told_part_by_part_and_nothing_twice(
    merchant: FlaskClient, shopify_store: StoreVoice
) -> None:
    session, shop = shopify_store.session, shopify_store.shop
    profile = person(session, shop, "Lee Park", "lee@example.com")
    for number in range(1, 101):
        shopify_store.shopify("orders/paid", payloads.order(clock.now(), number))
    shopify_store.settle()
    session.execute(update(Order).values(profile_id=profile))
    session.execute(
        text('UPDATE "order" SET placed_at = now() - make_interval(days => substr(name, 2)::int / 2)')
    )  # two at a time, and a part may end between them
    session.commit()
    address, seen = f"/admin/{shop.id}/customers/{profile}", []
    while address:
        page = merchant.get(address).text
        seen += re.findall(r"Ordered #(\d+)", page)
        older = re.findall(r'href="([^"]*before=[^"]*)"', page)
        address = older[0].replace("&amp;", "&") if older else ""
    assert sorted(map(int, seen)) == list(range(1, 101))


def test_a_merchant_takes_an_agreement_back_once_and_it_is_kept_with_its_proof(
    merchant: FlaskClient, shopify_store: StoreVoice, ada: int
) -> None:
    session, shop = shopify_store.session, shopify_store.shop
    address = f"/admin/{shop.id}/customers/{ada}"
    (choice,) = re.findall(r'name="choice" value="(email-marketing-[^"]*)"', merchant.get(address).text)
    for said in ("withdrawn", "gone"):
        form = {"choice": choice, "csrf": token(merchant)}
        assert f"said={said}" in merchant.post(f"{address}/withdraw", data=form).location
    session.expire_all()
    rows = select(ConsentRow).filter_by(state=ConsentState.UNSUBSCRIBED)
    (row,) = session.scalars(rows)
    assert (row.source, row.category, row.proof) == (
        ConsentSource.MERCHANT,
        Category.MARKETING,
        {"by": "sign-in link"},
    )
    assert session.scalars(select(EventRow.kind).filter_by(kind="consent_changed")).all()
    page = merchant.get(address).text
    assert "They said no." in page
    assert choice not in page
    receipts = json.loads(merchant.get(f"{address}/receipts.json").text)
    assert [it["state"] for it in receipts] == ["unsubscribed", "subscribed"]
    assert all(it["unchanged"] for it in receipts)
    assert merchant.post(f"{address}/withdraw", data={"choice": choice}).status_code == 400


def test_a_customer_is_copied_and_erased_with_a_certificate(
    merchant: FlaskClient, shopify_store: StoreVoice, ada: int
) -> None:
    session, shop = shopify_store.session, shopify_store.shop
    address, form = f"/admin/{shop.id}/customers/{ada}", {"csrf": token(merchant)}
    sent = session.scalars(select(Shipment)).one()
    note = f"/admin/{shop.id}/shipments/{sent.id}/notes"
    merchant.post(note, data=form | {"words": "Ada lives behind the mill"})
    back = merchant.post(f"{address}/copy", data=form).location
    (number,) = re.findall(r"copy=(\d+)", back)
    copy = json.loads(merchant.get(f"/admin/{shop.id}/privacy/{number}/copy").text)
    assert copy["profile"][0]["email"] == "ada@example.com"
    assert copy["note"][0]["words"] == "Ada lives behind the mill"

    assert "This cannot be undone." in merchant.get(f"{address}/erase").text
    assert "Tick the box first" in merchant.post(f"{address}/erase", data=form).text
    assert session.scalars(select(Profile.erased_at)).one() is None
    erased = merchant.post(f"{address}/erase", data=form | {"sure": "yes"})
    assert erased.status_code == 303
    (number,) = re.findall(r"task=(\d+)", erased.location)
    assert "Erased." in merchant.get(erased.location).text
    statement = json.loads(merchant.get(f"/admin/{shop.id}/privacy/{number}/certificate").text)
    assert certificate.is_genuine(statement)
    assert statement["still_found_in"] == []
    assert merchant.get(address).status_code == 404
    for table in Base.metadata.sorted_tables:
        rows = session.execute(text(f'SELECT t::text FROM "{table.name}" t')).scalars().all()
        assert not [row for row in rows if "ada@example.com" in row or "behind the mill" in row], table.name


def test_every_look_at_a_customer_is_written_down_and_shown(
    merchant: FlaskClient, shopify_store: StoreVoice, ada: int
) -> None:
    session, shop = shopify_store.session, shopify_store.shop
    address = f"/admin/{shop.id}/customers"
    for page in (address, f"{address}/{ada}", f"{address}/{ada}/erase", f"{address}/{ada}/receipts.json"):
        merchant.get(page)
    merchant.get(f"/admin/{shop.id}/shipments.csv")
    seen = session.scalars(select(AccessRecord.what).order_by(AccessRecord.id)).all()
    assert seen == [
        f"customers {ada}",
        f"customer {ada}",
        f"customer {ada}",
        f"receipts of customer {ada}",
        "a file of 1 shipments",
    ]
    page = merchant.get(f"/admin/{shop.id}/privacy/looks").text
    assert "a file of 1 shipments" in page
    assert "sign-in link" in page


def test_another_shop_s_customer_is_nobody_here(
    merchant: FlaskClient, shopify_store: StoreVoice, other_shop: Shop, ada: int
) -> None:
    sign_in(merchant, other_shop.id)
    address, form = f"/admin/{other_shop.id}/customers/{ada}", {"csrf": token(merchant), "sure": "yes"}
    assert merchant.get(address).status_code == 404
    for action in ("withdraw", "copy", "erase"):
        assert merchant.post(f"{address}/{action}", data=form).status_code == 404
    assert "ada" not in merchant.get(f"/admin/{other_shop.id}/customers").text
    assert shopify_store.session.scalars(select(Profile.erased_at)).one() is None


def test_parcels_are_handed_on_as_a_file_that_runs_nothing(
    merchant: FlaskClient, shopify_store: StoreVoice, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in (1, 2, 3):
        parcel(shopify_store, number, status="failure" if number == 2 else "in_transit")
    session, shop = shopify_store.session, shopify_store.shop
    evil = '=HYPERLINK("https://evil.example","Ada")'
    order = session.scalars(select(Order).filter_by(name="#1003")).one()
    order.ship_to = {**(order.ship_to or {}), "first_name": evil, "last_name": None, "city": "+1"}
    session.commit()
    file = merchant.get(f"/admin/{shop.id}/shipments.csv")
    assert file.mimetype == "text/csv"
    assert re.fullmatch(
        r'attachment; filename="shipments-\d{4}-\d\d-\d\d\.csv"', file.headers["Content-Disposition"]
    )
    rows = list(csv.DictReader(StringIO(file.text.removeprefix(sheets.MARK))))
    assert [row["Order"] for row in rows] == ["#1003", "#1002", "#1001"]
    assert (rows[0]["Customer"], rows[0]["Town"]) == (f"'{evil}", "'+1")
    assert rows[1]["Needs a look"] == "Held up"
    monkeypatch.setattr(parcels_file, "AT_ONCE", 1)
    assert merchant.get(f"/admin/{shop.id}/shipments.csv").text == file.text
    marked = merchant.get(f"/admin/{shop.id}/shipments.csv", headers={"Accept-Language": "en-XA"}).text
    assert marked.count("⟦On its way⟧") == 2
    searched = merchant.get(f"/admin/{shop.id}/shipments.csv?q=1001").text
    assert searched.count("\n") == 2
    assert merchant.get(f"/admin/{shop.id}/shipments.csv?tab=delivered").text.count("\n") == 1


def test_a_note_is_kept_shown_and_removed(merchant: FlaskClient, shopify_store: StoreVoice) -> None:
    parcel(shopify_store, 1)
    session, shop = shopify_store.session, shopify_store.shop
    sent = session.scalars(select(Shipment)).one()
    address, form = f"/admin/{shop.id}/shipments/{sent.id}", {"csrf": token(merchant)}
    assert "said=empty" in merchant.post(f"{address}/notes", data=form | {"words": "  "}).location
    assert "said=noted" in merchant.post(f"{address}/notes", data=form | {"words": "<b>Called</b>"}).location
    page = merchant.get(address).text
    assert "Noted by sign-in link" in page
    assert "&lt;b&gt;Called&lt;/b&gt;" in page
    note = session.scalars(select(Note)).one()
    for status in (303, 404):
        answer = merchant.post(f"{address}/notes/{note.id}/remove", data=form)
        assert answer.status_code == status
    assert "Called" not in merchant.get(address).text


@pytest.mark.parametrize("search", ["1Z0001001", "1z 000 100", "1001", "0001001"])
def test_a_parcel_is_found_by_either_end_of_its_number(
    search: str, merchant: FlaskClient, shopify_store: StoreVoice
) -> None:
    parcel(shopify_store, 1)
    parcel(shopify_store, 20)
    page = merchant.get(f"/admin/{shopify_store.shop.id}/shipments", query_string={"q": search}).text
    assert "#1001" in page
    assert "#1020" not in page or search == "1z 000 100"
