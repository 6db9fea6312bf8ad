"""A shopper asks for every step from the tracking page, gets it, takes it back; others get what they got."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.audience import suppression
from app.audience.models import ConsentRow, Profile
from app.commerce.models import Order
from app.flows import switches
from app.flows.switches import MILESTONES
from app.lib import clock
from app.main import create_app
from app.privacy import copies
from app.tracking.page.links import gift_token_of, token_of
from app.tracking.shoppers.wishes import UpdateWish
from app.vocabulary import Category, ConsentSource, ConsentState, Medium, MessageState, Reason, Trigger
from jobs import messages
from tests.contracts.smtp_server import ScriptedServer
from tests.journeys import payloads
from tests.journeys.conftest import StoreVoice
from tests.journeys.test_mails import parsed, server

__all__ = ["server"]

Later = Callable[[timedelta], None]
YES, NO = {"medium": "email", "every_step": "yes"}, {"medium": "email", "every_step": "no"}


@pytest.fixture
def shopper() -> FlaskClient:
    return create_app().test_client()


def bought(store: StoreVoice, number: int = 1042, **changes: Any) -> str:
    """Let an order come in; returns the path of its page."""
    store.shopify("orders/paid", payloads.order(clock.now(), number, **changes))
    store.settle()
    return f"/t/{token_of(store.session.scalars(select(Order.id).order_by(Order.id.desc())).first() or 0)}"


def moves(store: StoreVoice, *statuses: str, number: int = 1042) -> None:
    """Let its parcel be packed, and be scanned."""
    now = clock.now()
    store.shopify("fulfillments/create", payloads.fulfillment(now, number, number))
    store.settle()
    for ident, status in enumerate(statuses):
        at = now - timedelta(seconds=10 - ident)
        scan = payloads.scan(status, at, 10 * number + ident, number, number)
        store.shopify("fulfillment_events/create", scan)
        store.settle()


def switch(store: StoreVoice, **flows: bool) -> None:
    for name, on in flows.items():
        switches.switch(store.session, store.shop.id, Trigger(name), on=on)
    store.session.commit()


def outcomes(store: StoreVoice) -> dict[str, tuple[MessageState, Reason | None]]:
    return {str(message.trigger): (message.state, message.reason) for message in store.messages()}


def test_every_step_is_told_to_whoever_asked_and_to_nobody_else(
    shopify_store: StoreVoice, shopper: FlaskClient, server: ScriptedServer, later: Later
) -> None:
    asks, other = bought(shopify_store), bought(shopify_store, 1043, email="eve@example.com")
    assert shopper.post(f"{asks}/updates", data=YES).status_code == 303
    later(timedelta(seconds=1))
    messages.send()
    for number in (1042, 1043):
        now = clock.now()
        shopify_store.shopify("fulfillments/create", payloads.fulfillment(now, number, number))
        shopify_store.settle()
        later(timedelta(seconds=1))
        messages.send()
        scan = payloads.scan("in_transit", clock.now(), number, number, number)
        shopify_store.shopify("fulfillment_events/create", scan)
        shopify_store.settle()
    later(timedelta(seconds=1))
    messages.send()
    subjects = [parsed(taken)["Subject"] for taken in server.taken]
    assert subjects.count("In transit: order #1042") == 1
    assert [subject for subject in subjects if "1043" in subject] == [
        "Thank you for order #1043",
        "Packed: order #1043",
    ]
    assert other not in asks


def test_what_was_agreed_to_is_kept_in_the_words_that_were_read(
    shopify_store: StoreVoice, shopper: FlaskClient
) -> None:
    page = bought(shopify_store, customer_locale="de-DE")
    html = shopper.get(page).text
    assert shopper.post(f"{page}/updates", data=YES).status_code == 303
    assert shopper.post(f"{page}/updates", data=YES).status_code == 303
    assert shopper.post(f"{page}/updates", data=NO).status_code == 303
    wishes = shopify_store.session.scalars(select(UpdateWish.every_step).order_by(UpdateWish.id))
    assert list(wishes) == [True, False]
    rows = select(ConsentRow).filter_by(category=Category.TRANSACTIONAL).order_by(ConsentRow.id)
    yes, taken_back = shopify_store.session.scalars(rows)
    assert (yes.medium, yes.state, yes.source) == (
        Medium.EMAIL,
        ConsentState.SUBSCRIBED,
        ConsentSource.TRACKING_PAGE,
    )
    assert yes.wording is not None
    assert yes.wording.startswith("Per E-Mail")
    assert yes.wording in html
    assert taken_back.state is ConsentState.NOT_SUBSCRIBED  # it is no "no": what everybody gets still comes
    assert yes.at <= taken_back.at


def test_the_page_shows_what_is_so_and_takes_it_back(shopify_store: StoreVoice, shopper: FlaskClient) -> None:
    page = bought(shopify_store)
    assert "Tell me every step" in shopper.get(page).text
    answer = shopper.post(f"{page}/updates", data=YES)
    assert answer.headers["Location"] == f"{page}#hear"
    so = shopper.get(page).text
    assert "You get every step of this order by e-mail." in so
    assert ">Tell me every step<" not in so
    shopper.post(f"{page}/updates", data=NO)
    assert "Tell me every step" in shopper.get(page).text
    moves(shopify_store, "in_transit")
    assert "in_transit" not in shopify_store.told()


@pytest.mark.usefixtures("server")
def test_what_is_taken_back_before_it_went_out_does_not_go(
    shopify_store: StoreVoice, shopper: FlaskClient, later: Later
) -> None:
    page = bought(shopify_store)
    switch(shopify_store, shipped=False)
    shopper.post(f"{page}/updates", data=YES)
    moves(shopify_store, "in_transit")
    shopify_store.shopify("orders/updated", payloads.order(clock.now(), fulfillment_status="partial"))
    assert outcomes(shopify_store)["in_transit"] == (MessageState.QUEUED, None)
    shopper.post(f"{page}/updates", data=NO)
    later(timedelta(seconds=1))
    messages.send()
    assert outcomes(shopify_store)["in_transit"] == (MessageState.SKIPPED, Reason.FLOW_OFF)


def test_a_step_that_shipped_tells_as_well_is_not_told_twice(
    shopify_store: StoreVoice, shopper: FlaskClient, server: ScriptedServer, later: Later
) -> None:
    page = bought(shopify_store)
    shopper.post(f"{page}/updates", data=YES)
    moves(shopify_store, "label_printed", "in_transit")
    later(timedelta(seconds=1))
    messages.send()
    told = outcomes(shopify_store)
    assert told["shipped"] == (MessageState.SENT, None)
    assert told["label_created"] == (MessageState.SKIPPED, Reason.ALREADY_TOLD)
    assert told["in_transit"] == (MessageState.SKIPPED, Reason.ALREADY_TOLD)
    assert len(server.taken) == 2


def test_packed_is_told_where_shipped_is_not(
    shopify_store: StoreVoice, shopper: FlaskClient, server: ScriptedServer, later: Later
) -> None:
    switch(shopify_store, shipped=False, thank_you=False)
    page = bought(shopify_store)
    shopper.post(f"{page}/updates", data=YES)
    moves(shopify_store, "label_printed")
    later(timedelta(seconds=1))
    messages.send()
    assert [parsed(taken)["Subject"] for taken in server.taken] == ["Packed: order #1042"]


def test_the_merchants_switch_tells_everybody_and_leaves_nothing_to_ask_for(
    shopify_store: StoreVoice, shopper: FlaskClient
) -> None:
    page = bought(shopify_store)
    assert "Tell me every step" in shopper.get(page).text
    switch(shopify_store, label_created=True, in_transit=True)
    assert "Tell me every step" not in shopper.get(page).text
    moves(shopify_store, "in_transit")
    assert shopify_store.told() == ["thank_you", "shipped", "in_transit"]


def test_a_shop_that_tells_nothing_offers_nothing_and_sends_nothing(
    shopify_store: StoreVoice, shopper: FlaskClient, server: ScriptedServer, later: Later
) -> None:
    page = bought(shopify_store)
    shopper.post(f"{page}/updates", data=YES)
    switch(shopify_store, **dict.fromkeys(map(str, MILESTONES), False))
    assert "every step" not in shopper.get(page).text
    assert shopper.post(f"{page}/updates", data=YES).status_code == 400
    moves(shopify_store, "in_transit")
    later(timedelta(seconds=1))
    messages.send()
    told = outcomes(shopify_store)
    assert told["in_transit"] == (MessageState.SKIPPED, Reason.FLOW_OFF)
    assert len(server.taken) == 1  # the thank-you


@pytest.mark.parametrize(
    "changes",
    [{"email": None, "contact_email": None, "customer": None}, {"cancelled_at": "2026-11-01T00:00:00Z"}],
)
def test_nothing_is_offered_that_could_not_be_sent(
    shopify_store: StoreVoice, shopper: FlaskClient, changes: dict[str, Any]
) -> None:
    page = bought(shopify_store, **changes)
    assert "every step" not in shopper.get(page).text
    assert shopper.post(f"{page}/updates", data=YES).status_code == 400
    assert shopify_store.session.scalars(select(UpdateWish)).all() == []


def test_nothing_is_offered_once_the_steps_are_past(shopify_store: StoreVoice, shopper: FlaskClient) -> None:
    page = bought(shopify_store, fulfillment_status="fulfilled")
    moves(shopify_store, "in_transit")
    assert "every step" not in shopper.get(page).text


def test_who_stopped_our_mails_is_not_signed_up_again_by_whoever_has_the_link(
    shopify_store: StoreVoice, shopper: FlaskClient
) -> None:
    page = bought(shopify_store)
    session, shop_id = shopify_store.session, shopify_store.shop.id
    suppression.suppress(
        session, shop_id, Medium.EMAIL, "ada@example.com", Category.TRANSACTIONAL, reason="unsubscribed"
    )
    session.commit()
    assert shopper.post(f"{page}/updates", data=YES).status_code == 409
    assert session.scalars(select(UpdateWish)).all() == []
    assert suppression.is_suppressed(
        session, shop_id, Medium.EMAIL, "ada@example.com", Category.TRANSACTIONAL
    )


@pytest.mark.parametrize(
    ("path", "form", "status"),
    [
        ("{page}x/updates", YES, 404),
        ("/t/{gift}/updates", YES, 404),
        ("{page}/updates", {}, 400),
        ("{page}/updates", {"medium": "email", "every_step": "perhaps"}, 400),
        ("{page}/updates", {"medium": "sms", "every_step": "yes"}, 400),
        ("{page}/updates", {"medium": "pigeon", "every_step": "yes"}, 400),
    ],
)
def test_forged_and_odd_choices_change_nothing(
    shopify_store: StoreVoice, shopper: FlaskClient, path: str, form: dict[str, str], status: int
) -> None:
    page = bought(shopify_store)
    order_id = shopify_store.session.scalars(select(Order.id)).one()
    where = path.format(page=page, gift=gift_token_of(order_id))
    assert shopper.post(where, data=form).status_code == status
    assert shopper.get(f"{page}/updates").status_code == 405
    assert shopify_store.session.scalars(select(UpdateWish)).all() == []


def test_the_shared_page_offers_no_choice(shopify_store: StoreVoice, shopper: FlaskClient) -> None:
    bought(shopify_store)
    order_id = shopify_store.session.scalars(select(Order.id)).one()
    shared = shopper.get(f"/g/{gift_token_of(order_id)}").text
    assert re.search("every step|<form", shared) is None


def test_choices_are_limited(shopify_store: StoreVoice, shopper: FlaskClient) -> None:
    page = bought(shopify_store)
    statuses = [shopper.post(f"{page}/updates", data=(YES, NO)[i % 2]).status_code for i in range(21)]
    assert statuses == [303] * 20 + [429]


def test_choices_are_exported(shopify_store: StoreVoice, shopper: FlaskClient, session: Session) -> None:
    page = bought(shopify_store)
    shopper.post(f"{page}/updates", data=YES)
    profile = session.scalars(select(Profile)).one()
    copy = copies.export(session, shopify_store.shop.id, [profile])
    assert copy["update_wish"][0]["every_step"] is True
