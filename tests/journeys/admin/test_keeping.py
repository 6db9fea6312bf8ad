"""What is kept, taken along and deleted: a daily errand, everything as a file, the end of a shop."""

import json
import zipfile
from datetime import timedelta
from io import BytesIO

import pytest
from flask.testing import FlaskClient
from sqlalchemy import LargeBinary, func, select, update
from sqlalchemy.orm import Session

from app.admin.settings import keeping
from app.audience import profiles
from app.audience.models import Profile
from app.commerce.models import LineItem, Order
from app.lib import clock
from app.lib.db import Base
from app.messages.models import Message
from app.platforms.base import Consent
from app.platforms.purchases import Person
from app.privacy import closing, erasure, retention, takeout
from app.reviews.models import ReviewPhoto
from app.shops import errands, install
from app.shops.models import AccessRecord, Errand, Shop
from app.vocabulary import ConsentSource, ConsentState, Medium
from jobs import sync
from tests.journeys import payloads
from tests.journeys.admin.conftest import parcel, sign_in, token
from tests.journeys.admin.test_steering import press
from tests.journeys.conftest import StoreVoice
from tests.planted import plant

OLD = timedelta(days=800)


def age(store: StoreVoice, *numbers: int) -> None:
    for number in numbers:
        moment = clock.now() - OLD
        old = update(Order).where(Order.name == f"#{1000 + number}")
        store.session.execute(old.values(placed_at=moment, created_at=moment, first_heard_at=moment))
    store.session.commit()


def names(session: Session) -> dict[str | None, str | None]:
    session.expire_all()
    return {order.name: order.email for order in session.scalars(select(Order))}


def test_what_is_older_than_a_shop_keeps_is_forgotten_some_at_a_time_and_nothing_else(
    merchant: FlaskClient, shopify_store: StoreVoice, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retention, "BATCH", 2)
    for number in range(1, 7):
        parcel(shopify_store, number)
    age(shopify_store, 1, 2, 3, 4, 5)
    session, shop = shopify_store.session, shopify_store.shop
    address = f"/admin/{shop.id}/settings/keeping"
    assert "5 orders are older" in merchant.get(f"{address}?months=24").text
    assert merchant.post(address, data={"months": "7", "csrf": token(merchant)}).status_code == 400
    press(merchant, address, months=24)
    session.expire_all()
    assert retention.forget_some(session, shop)
    session.commit()
    assert retention.forget_some(session, shop)
    session.rollback()  # whoever did this was killed
    assert sum(email is None for email in names(session).values()) == 2
    sync.run()
    found = names(session)
    assert [name for name, email in found.items() if email is not None] == ["#1006"]
    assert len(found) == 6
    goods = session.scalar(select(func.count()).select_from(LineItem))
    assert goods == 6 * (goods or 0) // 6 > 0  # what was sold stays
    texts = json.dumps(
        [[str(it) for it in row] for row in session.execute(select(Message.to, Message.order_id)).all()]
    )
    assert texts.count("ada@example.com") == sum(
        it.order_id == max_order(session) for it in shopify_store.messages()
    )
    errand = session.scalars(select(Errand).filter_by(kind=retention.KEEP)).one()
    assert timedelta(hours=20) < errand.due_at - clock.now() < timedelta(hours=27)
    press(merchant, address, months=12)
    press(merchant, address, months=0)
    said = select(AccessRecord.what).where(AccessRecord.what.like("chose %")).order_by(AccessRecord.id)
    assert [it.partition(" for ")[2] for it in session.scalars(said)] == ["2 years", "1 year", "ever"]
    assert session.scalars(select(Errand.id).filter_by(kind=retention.KEEP)).all() == []
    assert "For ever, and nobody is forgotten unless they ask." in merchant.get(address).text


def max_order(session: Session) -> int:
    return session.scalars(select(Order.id).filter_by(name="#1006")).one()


def test_who_agreed_to_offers_is_kept_and_who_did_not_is_forgotten_with_their_last_order(
    shopify_store: StoreVoice,
) -> None:
    session, shop = shopify_store.session, shopify_store.shop
    for number, email in ((1, "ada@example.com"), (2, "bo@example.com"), (3, "cy@example.com")):
        body = payloads.order(clock.now(), 1000 + number, email=email, contact_email=email)
        body["customer"].update(id=number, email=email)
        shopify_store.shopify("orders/paid", body)
    shopify_store.settle()
    age(shopify_store, 1, 2)
    for email, state in (
        ("ada@example.com", ConsentState.SUBSCRIBED),
        ("bo@example.com", ConsentState.UNSUBSCRIBED),
    ):
        said = Consent(
            person=Person(email=email),
            medium=Medium.EMAIL,
            state=state,
            source=ConsentSource.CHECKOUT,
            at=clock.now(),
            address=email,
            wording="News",
        )
        profiles.keep_consent(session, shop.id, said, heard_at=clock.now())
    retention.choose(session, shop, 12)
    session.commit()
    sync.run()
    session.expire_all()
    left = session.scalars(
        select(Profile.email).where(Profile.email.is_not(None)).order_by(Profile.email)
    ).all()
    assert left == ["ada@example.com", "cy@example.com"]


def test_everything_is_handed_out_table_by_table_and_no_copy_of_it_stays(
    merchant: FlaskClient, shopify_store: StoreVoice, other_shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(takeout, "AT_ONCE", 2)
    for number in range(1, 6):
        parcel(shopify_store, number)
    session, shop = shopify_store.session, shopify_store.shop
    install.keep_secret(session, shop, "rest_keys", "a-secret-of-the-shop")
    session.add(Order(shop_id=other_shop.id, external_id="1", name="#9999", first_heard_at=clock.now()))
    session.commit()
    address = f"/admin/{shop.id}/settings/everything"
    assert f'href="{address}.zip"' in merchant.get(address).text
    answer = merchant.get(f"{address}.zip")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="everything-2026-12-02.zip"'
    written = unpacked(answer.data)
    assert [order["name"] for order in written["order"]] == [f"#{number}" for number in range(1001, 1006)]
    for table in takeout.tables():
        mine = takeout.rows_of(table, shop.id)
        held = session.scalar(select(func.count()).select_from(table).where(mine))
        assert len(written.get(table.name, ())) == held, table.name
    assert "a-secret-of-the-shop" not in json.dumps(written)


def test_a_file_has_a_row_of_every_table_the_settings_and_no_secret(
    session: Session, other_shop: Shop, browser: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    planted, shop = plant(session, other_shop, "kanarie"), other_shop
    shop.settings = {"keep_months": 24}
    shown = {"review_id": planted.rows["review"], "order_id": planted.rows["order"]}
    session.add_all(ReviewPhoto(shop_id=shop.id, picture=b"JPEG", **shown) for _ in range(2))
    monkeypatch.setattr(takeout, "FEW", 2)
    session.commit()
    sign_in(browser, shop.id)
    answer = browser.get(f"/admin/{shop.id}/settings/everything.zip")
    names = [it for it in zipfile.ZipFile(BytesIO(answer.data)).namelist() if it.startswith("review_photo")]
    assert names == ["review_photo/00001.jsonl", "review_photo/00002.jsonl"]  # never many pictures at once
    found = unpacked(answer.data)
    assert {"page_visit", "transit", "forecast"} <= set(found)
    assert set(found) == {table.name for table in takeout.tables()}
    (told,) = found["shop"]
    assert (told["settings"], "key" in told) == (shop.settings, False)
    bytes_told = {
        f"{table.name}.{column.name}"
        for table in takeout.tables()
        for column in table.c
        if isinstance(column.type, LargeBinary) and column.name in found[table.name][0]
    }
    assert bytes_told == {"review_photo.picture", "consent.seal"}


def test_who_is_forgotten_while_it_is_handed_out_is_not_in_what_follows_and_it_comes_to_its_end(
    merchant: FlaskClient, shopify_store: StoreVoice
) -> None:
    for number, email in ((1, "ada@example.com"), (2, "bo@example.com")):
        body = payloads.order(clock.now(), 1000 + number, email=email, contact_email=email)
        body["customer"].update(id=number, email=email)
        shopify_store.shopify("orders/paid", body)
    shopify_store.settle()
    session, shop = shopify_store.session, shopify_store.shop
    answer = merchant.get(f"/admin/{shop.id}/settings/everything.zip", buffered=False)
    stream = answer.iter_encoded()
    began = [next(stream)]
    erasure.erase(session, session.scalars(select(Profile).filter_by(email="ada@example.com")).one())
    session.commit()
    told = json.dumps(unpacked(b"".join([*began, *stream])))
    assert "ada@example.com" not in told
    assert "bo@example.com" in told


def test_so_many_are_handed_everything_at_once_and_whoever_comes_then_is_told_so(
    merchant: FlaskClient, shop: Shop
) -> None:
    address = f"/admin/{shop.id}/settings/everything.zip"
    open_ones = [merchant.get(address, buffered=False) for _ in range(keeping.AT_ONCE)]
    next(open_ones[0].iter_encoded())
    refused = merchant.get(address)
    assert (refused.status_code, refused.headers["Retry-After"]) == (503, "60")
    assert "Others are just downloading theirs" in refused.text
    for it in open_ones:
        it.close()
    for _ in range(2 * keeping.AT_ONCE):  # whoever is done makes room, once
        with merchant.get(address) as answer:
            assert unpacked(answer.data)


def unpacked(packed: bytes) -> dict[str, list[dict[str, object]]]:
    """The rows of a file, by table."""
    file = zipfile.ZipFile(BytesIO(packed))
    assert file.testzip() is None
    written: dict[str, list[dict[str, object]]] = {}
    for name in file.namelist():
        if name.endswith(".jsonl"):
            rows = [json.loads(line) for line in file.read(name).decode().splitlines()]
            written.setdefault(name.partition("/")[0], []).extend(rows)
    return written


def test_a_shop_is_deleted_once_its_name_is_typed_and_nothing_of_it_is_left(
    merchant: FlaskClient, shopify_store: StoreVoice, other_shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(closing, "BATCH", 3)
    for number in range(1, 6):
        parcel(shopify_store, number)
    session, shop = shopify_store.session, shopify_store.shop
    session.add(Order(shop_id=other_shop.id, external_id="1", first_heard_at=clock.now()))
    session.commit()
    address = f"/admin/{shop.id}/settings/delete"
    wrong = merchant.post(address, data={"name": "Ridge", "csrf": token(merchant)})
    assert "Type Ridge &amp; Pine, as it stands above." in wrong.text
    assert session.scalars(select(Errand.id).filter_by(kind=errands.CLOSE)).all() == []
    gone = merchant.post(address, data={"name": " ridge & pine ", "csrf": token(merchant)})
    assert "Ridge &amp; Pine is being deleted" in gone.text
    assert merchant.get(f"/admin/{shop.id}/home").status_code == 404  # from this moment on
    sync.run()
    assert session.scalars(select(Shop.id)).all() == [other_shop.id]
    for table in Base.metadata.sorted_tables:
        if "shop_id" in table.c:
            left = select(func.count()).select_from(table).where(table.c.shop_id == shop.id)
            assert session.scalar(left) == 0, table.name
    assert session.scalars(select(Order.shop_id)).all() == [other_shop.id]
    sign_in(merchant, other_shop.id)
    assert merchant.get(f"/admin/{other_shop.id}/home").status_code == 200
