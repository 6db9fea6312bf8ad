"""One message to the shoppers of many parcels: foreseen, confirmed, sent once, and watched."""

import re
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import timedelta

import pytest
import time_machine
from flask.testing import FlaskClient
from sqlalchemy import select, update

from app.audience import suppression
from app.commerce.models import Order
from app.flows import bulletins
from app.lib import clock
from app.messages.dispatch.bulletins import Bulletin
from app.messages.documents import compose
from app.messages.letters import letter
from app.messages.models import Message
from app.shops import install
from app.shops.models import AccessRecord, Shop
from app.tracking.models import Shipment
from app.vocabulary import Medium, MessageState, Reason, ShopState, Trigger
from jobs import messages as sender
from jobs import schedule, sync
from tests.journeys.admin.conftest import parcel, sign_in, token
from tests.journeys.admin.test_steering import press
from tests.journeys.conftest import StoreVoice

WORDS = {"subject": "Snow on I-70", "words": "Your parcel is held by snow.\n\nIt goes on {{ tomorrow }} <b>."}


def four(store: StoreVoice) -> list[int]:
    """Let there be four parcels: Ada's, of a mailbox that is gone, without address, of a test order."""
    for number in range(1, 5):
        parcel(store, number)
    session = store.session
    ids = list(session.scalars(select(Order.id).order_by(Order.id)))
    changes: list[dict[str, object]] = [{"email": "gone@example.com"}, {"email": None}, {"is_test": True}]
    for order_id, values in zip(ids[1:], changes, strict=True):
        session.execute(update(Order).where(Order.id == order_id).values(**values))
    suppression.suppress(session, store.shop.id, Medium.EMAIL, "gone@example.com", None, reason="bounced")
    session.commit()
    return list(session.scalars(select(Shipment.id).order_by(Shipment.id)))


def begin(merchant: FlaskClient, shop: Shop, **form: object) -> str:
    return press(merchant, f"/admin/{shop.id}/bulletins", **form).partition("?")[0]


def bulletins_of(store: StoreVoice) -> list[Message]:
    return [it for it in store.messages() if it.trigger is Trigger.BULLETIN]


def test_it_is_foreseen_who_gets_it_and_who_not_and_why_and_it_goes_once(
    merchant: FlaskClient, shopify_store: StoreVoice
) -> None:
    ids = four(shopify_store)
    shop, session = shopify_store.shop, shopify_store.session
    page = merchant.get(f"/admin/{shop.id}/shipments").text
    assert page.count('form="bulk"') == 4
    here = begin(merchant, shop, id=[str(it) for it in ids])
    assert "About 4 parcels of 4 orders. Nothing is sent yet." in merchant.get(here).text
    empty = merchant.post(here, data={"subject": " ", "words": "", "csrf": token(merchant)})
    assert empty.text.count('aria-invalid="true"') == 2
    assert press(merchant, here, **WORDS).endswith("#who")
    page = merchant.get(here).text
    for said in (
        "1 mail goes out",
        "They asked for no more mail, or their mailbox has turned us away.",
        "The order came without an e-mail address.",
        "It was a test order.",
        "It goes on {{ tomorrow }} &lt;b&gt;.",
        "#1002",
    ):
        assert said in page, said
    assert bulletins_of(shopify_store) == []
    for _ in range(3):
        press(merchant, f"{here}/send")
    sync.run()
    sync.run()
    asked = bulletins_of(shopify_store)
    assert sorted(it.shipment_ids[0] for it in asked) == ids
    session.execute(update(Message).values(due_at=clock.now() - timedelta(seconds=1)))
    session.commit()
    sender.send()
    became = {it.shipment_ids[0]: (it.state, it.reason) for it in bulletins_of(shopify_store)}
    assert [reason for _, reason in (became[it] for it in ids[1:])] == [
        Reason.SUPPRESSED,
        Reason.NO_ADDRESS,
        Reason.TEST_ORDER,
    ]
    assert became[ids[0]][1] is None
    page = merchant.get(here).text
    assert "What became of it" in page
    assert "Not sent: It was a test order." in page
    changed = merchant.post(here, data={**WORDS, "csrf": token(merchant)})
    assert changed.status_code == 404


def test_what_the_merchant_wrote_is_said_as_written(merchant: FlaskClient, shopify_store: StoreVoice) -> None:
    parcel(shopify_store, 1)
    here = begin(merchant, shopify_store.shop, all="yes", tab="all")
    press(merchant, here, **WORDS)
    press(merchant, f"{here}/send")
    sync.run()
    (message,) = bulletins_of(shopify_store)
    mail = compose.render(letter.gather(shopify_store.session, message))
    assert mail.subject == "Snow on I-70"
    assert "Hello Ada," in mail.text
    assert "It goes on {{ tomorrow }} <b>." in mail.text
    assert "{{ tomorrow }} &lt;b&gt;." in mail.html
    assert "/t/" in mail.text


def test_all_that_a_list_shows_are_written_to_one_mail_an_order(
    merchant: FlaskClient, shopify_store: StoreVoice
) -> None:
    for number, status in ((1, "in_transit"), (2, "delivered"), (3, "in_transit")):
        parcel(shopify_store, number, status=status)
    shop, session = shopify_store.shop, shopify_store.session
    first, _, third = session.scalars(select(Order.id).order_by(Order.id)).all()
    session.execute(update(Shipment).where(Shipment.order_id == third).values(order_id=first))
    session.commit()
    here = begin(merchant, shop, all="yes", tab="transit")
    assert "About 2 parcels of 1 order." in merchant.get(here).text
    here = begin(merchant, shop, all="yes", q="#1002")
    assert "About 1 parcel of 1 order." in merchant.get(here).text


def test_a_second_one_about_the_same_parcel_goes_as_well(
    merchant: FlaskClient, shopify_store: StoreVoice
) -> None:
    parcel(shopify_store, 1)
    for _ in range(2):
        here = begin(merchant, shopify_store.shop, all="yes")
        press(merchant, here, **WORDS)
        page = merchant.get(here).text
        assert "1 mail goes out" in page
        press(merchant, f"{here}/send")
        sync.run()
        for message in bulletins_of(shopify_store):
            message.state, message.sending_at = MessageState.SENT, clock.now()
        shopify_store.session.commit()
    assert len(bulletins_of(shopify_store)) == 2


def one_of_four_sent(merchant: FlaskClient, store: StoreVoice) -> tuple[str, int]:
    """Send one to four shoppers, of whom the first has got it; returns its page and its id."""
    four(store)
    here = begin(merchant, store.shop, all="yes")
    press(merchant, here, **WORDS)
    press(merchant, f"{here}/send")
    ident = store.session.scalars(select(Bulletin.id)).one()
    assert bulletins.go_on(store.session, store.shop.id, ident)
    return here, ident


def test_whoever_dies_amid_it_goes_on_where_it_was(
    merchant: FlaskClient, shopify_store: StoreVoice, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bulletins, "AT_ONCE", 1)
    here, ident = one_of_four_sent(merchant, shopify_store)
    shop, session = shopify_store.shop, shopify_store.session
    session.commit()
    assert bulletins.go_on(session, shop.id, ident)
    session.rollback()  # whoever did this was killed
    assert len(bulletins_of(shopify_store)) == 1
    assert '<progress max="4" value="1"' in merchant.get(here).text
    sync.run()
    assert len(bulletins_of(shopify_store)) == 4
    assert not bulletins.go_on(session, shop.id, ident)


def test_a_page_that_refreshes_itself_is_recorded_once_in_ten_minutes(
    merchant: FlaskClient, shopify_store: StoreVoice
) -> None:
    parcel(shopify_store, 1)
    here = begin(merchant, shopify_store.shop, all="yes")

    def recorded() -> int:
        looks = select(AccessRecord.what).where(AccessRecord.what.like("bulletin % about 1 orders"))
        return len(shopify_store.session.scalars(looks).all())

    with time_machine.travel(clock.now(), tick=False) as time:
        for _ in range(5):
            merchant.get(here)
        assert recorded() == 1
        time.shift(timedelta(minutes=11))
        merchant.get(here)
        assert recorded() == 2


def test_one_that_is_being_sent_as_the_store_leaves_is_over_and_says_how_far_it_came(
    merchant: FlaskClient, shopify_store: StoreVoice, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bulletins, "AT_ONCE", 1)
    here, ident = one_of_four_sent(merchant, shopify_store)
    shop, session = shopify_store.shop, shopify_store.session
    install.uninstall(session, shop)
    session.commit()
    shopify_store.settle()
    shop.state = ShopState.INSTALLED  # it is back, weeks later
    session.commit()
    sign_in(merchant, shop.id)
    page = merchant.get(here).text
    assert "disconnected after 1 of 4 mails" in page
    assert "<progress" not in page
    assert not bulletins.go_on(session, shop.id, ident)


def test_nothing_begins_with_nothing_or_with_others_parcels(
    merchant: FlaskClient, shopify_store: StoreVoice, other_shop: Shop
) -> None:
    parcel(shopify_store, 1)
    ident = shopify_store.session.scalars(select(Shipment.id)).one()
    sign_in(merchant, other_shop.id)
    for form in ({}, {"id": str(ident)}, {"id": ["x", "9" * 30]}, {"all": "yes"}):
        assert "said=none" in press(merchant, f"/admin/{other_shop.id}/bulletins", **form)
    assert shopify_store.session.scalars(select(Bulletin.id)).all() == []


def test_one_that_is_not_sent_is_thrown_away(merchant: FlaskClient, shopify_store: StoreVoice) -> None:
    parcel(shopify_store, 1)
    session = shopify_store.session
    here = begin(merchant, shopify_store.shop, all="yes")
    assert "said=dropped" in press(merchant, f"{here}/drop")
    assert merchant.get(here).status_code == 404
    begin(merchant, shopify_store.shop, all="yes")
    session.execute(update(Bulletin).values(made_at=clock.now() - timedelta(days=8)))
    session.commit()
    schedule.purge()
    assert session.scalars(select(Bulletin.id)).all() == []


@pytest.mark.parametrize("late", ["drop", "write"])
def test_what_is_being_sent_is_neither_thrown_away_nor_written_anew(
    merchant: FlaskClient, shopify_store: StoreVoice, late: str
) -> None:
    parcel(shopify_store, 1)
    session, shop = shopify_store.session, shopify_store.shop
    here = begin(merchant, shop, all="yes", tab="all")
    press(merchant, here, **WORDS)
    ident, said = int(here.rpartition("/")[2]), token(merchant)
    assert bulletins.confirm(session, shop.id, ident)  # by somebody else, in this very moment
    path, form = (f"{here}/drop", {}) if late == "drop" else (here, {"subject": "Other", "words": "Words"})
    with ThreadPoolExecutor(1) as other:
        answer = other.submit(merchant.post, path, data={**form, "csrf": said})
        with suppress(TimeoutError):
            answer.result(timeout=2)
        session.commit()
        assert answer.result(timeout=60).status_code == 404
    session.expire_all()
    row = session.scalars(select(Bulletin)).one()
    assert (row.subject, row.words) == (WORDS["subject"], WORDS["words"])
    assert row.confirmed_at is not None


def test_a_list_of_exceptions_can_be_written_to(merchant: FlaskClient, shopify_store: StoreVoice) -> None:
    parcel(shopify_store, 1, status="failure")
    parcel(shopify_store, 2)
    shop = shopify_store.shop
    page = merchant.get(f"/admin/{shop.id}/exceptions").text
    assert page.count('form="bulk"') == 1
    (kind,) = set(re.findall(r"kind=(\w+)", page)) - {"aside"}
    here = begin(merchant, shop, all="yes", tab="exceptions", kind=kind)
    assert "About 1 parcel of 1 order." in merchant.get(here).text
