"""One parcel in the merchant's hands: its status set, its sources asked, its messages sent again."""

import re
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select, update

from app.commerce.models import Order
from app.flows import switches
from app.lib import clock
from app.messages.models import Message
from app.privacy import erasure
from app.shops.models import AccessRecord, Errand
from app.tracking.models import Shipment, TrackingEvent
from app.tracking.polls.models import CarrierWatch
from app.tracking.scans.overrides import Override
from app.vocabulary import MessageState, Reason, ShipmentStatus, Trigger
from jobs import messages as sender
from jobs import polling
from tests.journeys import payloads
from tests.journeys.admin.conftest import parcel, token
from tests.journeys.carrier import told, ups, with_parcel
from tests.journeys.conftest import StoreVoice


def press(browser: FlaskClient, path: str, **form: object) -> str:
    answer = browser.post(path, data={**form, "csrf": token(browser)})
    assert answer.status_code == 303, answer.text
    return answer.location or ""


def shipment(store: StoreVoice) -> Shipment:
    store.session.expire_all()
    return store.session.scalars(select(Shipment).order_by(Shipment.id)).first() or pytest.fail("no parcel")


def heading(browser: FlaskClient, link: str) -> str:
    (found,) = re.findall(r"<h1[^>]*>(.*?)</h1>", browser.get(link).text, re.DOTALL)
    return re.sub(r"<[^>]*>", "", found).strip()


def scan(store: StoreVoice, status: str, ident: int, *, ago: timedelta = timedelta(0)) -> None:
    moment = clock.now() - ago
    store.shopify("fulfillment_events/create", payloads.scan(status, moment, ident, 1001, 1001))
    store.settle()


def test_what_the_merchant_says_holds_until_a_later_scan_and_is_told_with_who_and_why(
    merchant: FlaskClient, shopify_store: StoreVoice
) -> None:
    parcel(shopify_store, 1, status="delivered")
    here = f"/admin/{shopify_store.shop.id}/shipments/{shipment(shopify_store).id}"
    assert "said=why" in press(merchant, f"{here}/status", status="in_transit", why="  ")
    assert (
        merchant.post(f"{here}/status", data={"status": "lost", "csrf": token(merchant)}).status_code == 400
    )
    press(merchant, f"{here}/status", status="in_transit", why="Ada says the box was empty")
    assert shipment(shopify_store).status is ShipmentStatus.IN_TRANSIT
    assert shipment(shopify_store).delivered_at is None
    page = merchant.get(here).text
    for said in ("sign-in link set it to “On its way”", "Ada says the box was empty", "Undo"):
        assert said in page, said
    scan(shopify_store, "delivered", 77, ago=timedelta(hours=3))  # heard late, happened before
    assert shipment(shopify_store).status is ShipmentStatus.IN_TRANSIT
    scan(shopify_store, "out_for_delivery", 78)
    assert shipment(shopify_store).status is ShipmentStatus.OUT_FOR_DELIVERY
    page = merchant.get(here).text
    assert 'Undo<span class="vh"> the status' not in page
    assert "Ada says the box was empty" in page  # what was said stays in the story


def test_a_status_that_is_set_twice_is_set_once(merchant: FlaskClient, shopify_store: StoreVoice) -> None:
    parcel(shopify_store, 1)
    here = f"/admin/{shopify_store.shop.id}/shipments/{shipment(shopify_store).id}"
    for why in ("The neighbor has it", "The neighbor has it", "Bo next door has it"):
        press(merchant, f"{here}/status", status="delivered", why=why)
    (said,) = shopify_store.session.scalars(select(Override)).all()
    assert said.words == "Bo next door has it", "the last reason is the reason"
    press(merchant, f"{here}/status", status="in_transit", why="It went back to the depot")
    press(merchant, f"{here}/status", status="delivered", why="Bo has it now")
    assert len(shopify_store.session.scalars(select(Override)).all()) == 3, "said of another moment"


def test_a_status_is_taken_back_and_the_parcel_stands_where_its_scans_put_it(
    merchant: FlaskClient, shopify_store: StoreVoice
) -> None:
    parcel(shopify_store, 1)
    ident = shipment(shopify_store).id
    here = f"/admin/{shopify_store.shop.id}/shipments/{ident}"
    press(merchant, f"{here}/status", status="delivered", why="The neighbor has it")
    shopify_store.settle()
    assert shipment(shopify_store).status is ShipmentStatus.DELIVERED
    assert "delivered" in shopify_store.told()
    (said,) = shopify_store.session.scalars(select(Override)).all()
    assert "said=unsaid" in press(merchant, f"{here}/status/{said.id}/undo")
    assert shipment(shopify_store).status is ShipmentStatus.IN_TRANSIT
    again = merchant.post(f"{here}/status/{said.id}/undo", data={"csrf": token(merchant)})
    assert again.status_code == 404
    page = merchant.get(here).text
    assert "Taken back: “Delivered”" in page
    order = shopify_store.session.scalars(select(Order)).one()
    erasure.erase_order(shopify_store.session, order)
    shopify_store.session.commit()
    assert shopify_store.session.scalars(select(Override.words)).all() == [None]


def test_the_shoppers_page_says_what_the_merchant_said(
    merchant: FlaskClient, shopify_store: StoreVoice
) -> None:
    parcel(shopify_store, 1)
    here = f"/admin/{shopify_store.shop.id}/shipments/{shipment(shopify_store).id}"
    (link,) = re.findall(r'href="https://doorstep.test(/t/[^"]*)"', merchant.get(here).text)
    assert "Delivered" not in heading(merchant, link)
    press(merchant, f"{here}/status", status="delivered", why="The neighbor at number 7 has it")
    assert heading(merchant, link).startswith("Delivered today")
    page = merchant.get(link).text
    assert "neighbor at number 7" not in page


def test_the_carrier_is_asked_now_and_once_a_minute(merchant: FlaskClient, shopify_store: StoreVoice) -> None:
    with_parcel(shopify_store)
    session, here = (
        shopify_store.session,
        f"/admin/{shopify_store.shop.id}/shipments/{shipment(shopify_store).id}",
    )
    session.execute(update(CarrierWatch).values(due_at=clock.now() + timedelta(hours=6)))
    session.commit()
    location = press(merchant, f"{here}/ask")
    assert "said=ask-carrier" in location
    assert "The carrier is asked as soon as" in merchant.get(location).text
    with ups(lambda number: (200, told(number, "D", "FS"), {})) as carrier:
        polling.poll()
    assert len(carrier.asked) == 1
    assert shipment(shopify_store).status is ShipmentStatus.DELIVERED
    assert "said=lately" in press(merchant, f"{here}/ask")


def test_who_has_no_carrier_has_the_store_asked(merchant: FlaskClient, shopify_store: StoreVoice) -> None:
    parcel(shopify_store, 1)
    here = f"/admin/{shopify_store.shop.id}/shipments/{shipment(shopify_store).id}"
    assert "said=ask-store" in press(merchant, f"{here}/ask")
    asked = select(Errand.subject).filter_by(kind="shopify.whole_order")
    assert shopify_store.session.scalars(asked).all() == ["1001"]


def test_a_message_is_sent_again_once_to_where_the_shopper_is_now(
    merchant: FlaskClient, shopify_store: StoreVoice
) -> None:
    parcel(shopify_store, 1)
    session, shop = shopify_store.session, shopify_store.shop
    thanks = next(it for it in shopify_store.messages() if it.trigger is Trigger.THANK_YOU)
    thanks.state, thanks.sent_at = MessageState.SENT, clock.now()
    session.execute(update(Order).values(email="ada@new.example.com"))
    session.commit()
    address = f"/admin/{shop.id}/messages/{thanks.id}/again"
    assert address in merchant.get(f"/admin/{shop.id}/shipments/{shipment(shopify_store).id}").text
    page = merchant.get(address).text
    for said in (
        "Send “Thank-you” again?",
        "a•••@new.example.com",
        "It leaves within seconds.",
        "Send to 1 person",
    ):
        assert said in page, said
    (times,) = re.findall(r'name="times" value="(\d+)"', page)
    assert "Asked for. It stands below" in merchant.get(press(merchant, address, times=times)).text
    assert "said=asked" in press(merchant, address, times=times)
    (copy,) = (it for it in shopify_store.messages() if it.again_of == thanks.id)
    assert (copy.to, copy.state, copy.trigger) == (
        "ada@new.example.com",
        MessageState.QUEUED,
        Trigger.THANK_YOU,
    )
    assert copy.rfc_id != thanks.rfc_id
    page = merchant.get(address).text
    assert "asked for again 1 time" in page
    assert "has not gone out yet" in page
    assert "Send to 1 person" not in page
    assert "said=asked" in press(merchant, address, times=1)  # of one who does not look
    assert len([it for it in shopify_store.messages() if it.again_of == thanks.id]) == 1
    copy.state, copy.sent_at = MessageState.SENT, clock.now()
    session.commit()
    assert "Send to 1 person" in merchant.get(address).text
    assert "said=again" in press(merchant, address, times=1)
    noted = session.scalars(select(AccessRecord.what)).all()
    assert f"message {thanks.id} of order {copy.order_id}, sent again by sign-in link" in noted


def test_the_gate_is_asked_before_a_message_is_sent_again_and_says_why_not(
    merchant: FlaskClient, shopify_store: StoreVoice
) -> None:
    parcel(shopify_store, 1)
    session, shop = shopify_store.session, shopify_store.shop
    shipped = next(it for it in shopify_store.messages() if it.trigger is Trigger.SHIPPED)
    assert shipped.state is MessageState.SKIPPED
    address = f"/admin/{shop.id}/messages/{shipped.id}/again"
    switches.switch(session, shop.id, Trigger.SHIPPED, on=False)
    session.commit()
    for page in (merchant.get(address), merchant.post(address, data={"times": "0", "csrf": token(merchant)})):
        assert page.status_code == 200
        assert "It would not go. This flow is switched off." in page.text
        assert "Send to 1 person" not in page.text
    assert not [it for it in shopify_store.messages() if it.again_of]
    switches.switch(session, shop.id, Trigger.SHIPPED, on=True)
    session.commit()
    press(merchant, address, times=0)
    scan(shopify_store, "delivered", 91)  # and by the time it is sent, it is old news
    session.execute(update(Message).values(due_at=clock.now() - timedelta(seconds=1)))
    session.commit()
    sender.send()
    copy = next(it for it in shopify_store.messages() if it.again_of == shipped.id)
    assert (copy.state, copy.reason) == (MessageState.SKIPPED, Reason.SUPERSEDED)
    assert (
        "Mail not sent again: Shipped"
        in merchant.get(f"/admin/{shop.id}/shipments/{shipment(shopify_store).id}").text
    )


def test_what_is_waiting_and_what_is_no_news_of_an_order_is_not_sent_again(
    merchant: FlaskClient, shopify_store: StoreVoice
) -> None:
    parcel(shopify_store, 1)
    session, shop = shopify_store.session, shopify_store.shop
    thanks = next(it for it in shopify_store.messages() if it.trigger is Trigger.THANK_YOU)
    address = f"/admin/{shop.id}/messages/{thanks.id}/again"
    assert merchant.get(address).status_code == 404
    thanks.state, thanks.trigger = MessageState.SENT, Trigger.OWN_ORDERS
    session.commit()
    assert merchant.get(address).status_code == 404


def test_what_was_told_is_shown_word_for_word_and_without_the_shopper(
    merchant: FlaskClient, shopify_store: StoreVoice
) -> None:
    parcel(shopify_store, 1)
    parcel(shopify_store, 2)
    page = merchant.get(f"/admin/{shopify_store.shop.id}/shipments/{shipment(shopify_store).id}/told").text
    for said in ("in_transit", "orders/paid", "fulfillment_events/create", "1Z0001001", "•••"):
        assert said in page, said
    for hidden in ("ada@example.com", "Lovelace", "1Z0001002", "#1002"):
        assert hidden not in page, hidden
    assert shopify_store.session.scalars(select(TrackingEvent.id)).first() is not None
