"""What shoppers write on WhatsApp is done and answered; what Meta tells of messages is believed."""

from datetime import timedelta
from urllib.parse import urlencode

from flask.testing import FlaskClient
from sqlalchemy import select

from app.audience import suppression
from app.audience.suppression import UNSUBSCRIBED
from app.commerce.models import Order
from app.lib import clock
from app.messages.whatsapp import registry
from app.shops import texting
from app.tracking.page.links import token_of
from app.vocabulary import Category, Medium, MessageState, Reason
from jobs import calls, messages, sync
from tests.contracts.sources.network import StoreApi
from tests.contracts.whatsapp.wire import delivery, recorded
from tests.journeys import payloads
from tests.journeys.chatting import YES, became, chats, connect, meta, tell, write
from tests.journeys.conftest import StoreVoice
from tests.journeys.texting import NUMBER, Later, bought, by_day, mails, server, shipped, shopper

__all__ = ["by_day", "mails", "meta", "server", "shopper"]

TO_IT = Medium.WHATSAPP, NUMBER


def test_stop_ends_it_the_page_says_so_and_start_brings_it_back(
    shopify_store: StoreVoice, shopper: FlaskClient, meta: StoreApi, later: Later
) -> None:
    connect(shopify_store)
    page = bought(shopify_store)
    shopper.post(f"{page}/updates", data=YES)
    shopify_store.shopify("fulfillments/create", payloads.fulfillment(clock.now()))
    shopify_store.settle()
    assert write(shopify_store, "Stop").status_code == 200
    assert write(shopify_store, "Stop").status_code == 200, "told again, it changes nothing"
    assert suppressed(shopify_store) == UNSUBSCRIBED
    assert "Write to me on WhatsApp" in shopper.get(page).text, "and no longer that they get it"
    later(timedelta(seconds=1))
    messages.send()
    (message,) = chats(shopify_store)
    assert (message.state, message.reason) == (MessageState.SKIPPED, Reason.SUPPRESSED)
    answer(shopify_store)
    assert [it.body["text"]["body"] for it in meta.asked] == [
        "Ridge & Pine: we write to this number no more. Reply START to get our messages again."
    ]
    write(shopify_store, "START", "wamid.2")
    assert suppressed(shopify_store) is None
    assert "You get WhatsApp messages about this order." in shopper.get(page).text


def test_who_wants_no_more_offers_in_their_app_gets_none_and_still_hears_of_their_order(
    shopify_store: StoreVoice,
) -> None:
    connect(shopify_store)
    bought(shopify_store)
    assert tell(shopify_store, delivery("preferred")).status_code == 200
    session, shop_id = shopify_store.session, shopify_store.shop.id
    session.commit()
    assert suppression.is_suppressed(session, shop_id, *TO_IT, Category.MARKETING) == UNSUBSCRIBED
    assert suppression.is_suppressed(session, shop_id, *TO_IT, Category.TRANSACTIONAL) is None
    resumed = delivery("preferred").replace(b'"stop"', b'"resume"').replace(b"1732471900", b"1732471999")
    assert tell(shopify_store, resumed).status_code == 200
    session.commit()
    assert suppression.is_suppressed(session, shop_id, *TO_IT, Category.MARKETING) is not None, (
        "the no is younger than what Meta says of then"
    )


def test_what_became_of_it_is_told_and_believed_of_the_shops_own_alone(
    shopify_store: StoreVoice, shopper: FlaskClient, meta: StoreApi, later: Later
) -> None:
    connect(shopify_store)
    page = bought(shopify_store)
    shopper.post(f"{page}/updates", data=YES)
    shipped(shopify_store, later)
    (message,) = chats(shopify_store)
    assert tell(shopify_store, delivery("delivered"), by="another").status_code == 401
    for what in ("read", "taken", "delivered", "read"):
        assert became(shopify_store, what, message).status_code == 200
    assert chats(shopify_store)[0].state is MessageState.DELIVERED
    assert len(meta.asked) == 1


def test_a_number_that_is_not_on_whatsapp_is_left_alone(
    shopify_store: StoreVoice, shopper: FlaskClient, meta: StoreApi, later: Later
) -> None:
    connect(shopify_store)
    page = bought(shopify_store)
    shopper.post(f"{page}/updates", data=YES)
    shipped(shopify_store, later)
    became(shopify_store, "bounced", chats(shopify_store)[0])
    (message,) = chats(shopify_store)
    assert (message.state, message.failure) == (MessageState.BOUNCED, "131026")
    assert suppressed(shopify_store) == "bounced"
    assert len(meta.asked) == 1


def test_the_handshake_takes_our_token_and_no_other_and_changes_nothing(shopify_store: StoreVoice) -> None:
    path = f"/webhooks/texts/whatsapp/{shopify_store.shop.key}"
    asks = {"hub.mode": "subscribe", "hub.challenge": "1158201444"}
    token = texting.hook_token(shopify_store.shop.key)
    answer = shopify_store.client.get(f"{path}?{urlencode(asks | {'hub.verify_token': token})}")
    assert (answer.status_code, answer.text) == (200, "1158201444")
    for other in ("", "x", texting.hook_token("another"), token[:-1]):
        query = urlencode(asks | {"hub.verify_token": other})
        assert shopify_store.client.get(f"{path}?{query}").status_code == 403
    theirs = path.replace("whatsapp", "twilio") + "?" + urlencode(asks | {"hub.verify_token": token})
    assert shopify_store.client.get(theirs).status_code == 403
    assert shopify_store.client.get(path).status_code == 405


def test_a_template_that_whatsapp_paused_is_asked_for_and_seen_within_minutes(
    shopify_store: StoreVoice, meta: StoreApi
) -> None:
    connect(shopify_store)
    meta.answers.clear()
    paused = recorded("templates")["data"][0] | {"status": "PAUSED"}
    meta.will(200, {"data": [paused]})
    assert tell(shopify_store, delivery("templates_changed")).status_code == 200
    sync.run()
    rows = registry.of_shop(shopify_store.session, shopify_store.shop.id)
    assert [(row.name, row.language, row.status) for row in rows] == [("order_shipped", "en_US", "paused")]


def test_a_number_is_heard_however_whatsapp_spells_it(
    shopify_store: StoreVoice, shopper: FlaskClient, meta: StoreApi, later: Later
) -> None:
    connect(shopify_store)
    body = payloads.order(clock.now(), 1044, phone="+525512345678")
    body["shipping_address"] |= {"country_code": "MX"}
    shopify_store.shopify("orders/paid", body)
    shopify_store.settle()
    order = shopify_store.session.scalars(select(Order)).one()
    shopper.post(f"/t/{token_of(order.id)}/updates", data=YES)
    shipped(shopify_store, later, 1044)
    assert len(meta.asked) == 1
    write(shopify_store, "STOP", sender="5215512345678")
    session = shopify_store.session
    session.commit()
    theirs = Medium.WHATSAPP, "+525512345678", Category.TRANSACTIONAL
    assert suppression.is_suppressed(session, shopify_store.shop.id, *theirs) == UNSUBSCRIBED


def suppressed(store: StoreVoice) -> str | None:
    store.session.commit()
    return suppression.is_suppressed(store.session, store.shop.id, *TO_IT, Category.TRANSACTIONAL)


def answer(store: StoreVoice) -> None:
    """Let what waits to be answered be answered."""
    while calls.step(calls.OTHERS):
        pass
    store.session.expire_all()
