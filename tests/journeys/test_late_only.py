"""A shopper wants to hear of a parcel only if it is late: silence with a reason, and one mail."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select, update

from app.flows import switches
from app.lib import clock
from app.main import create_app
from app.messages.models import Message
from app.tracking.exceptions import watch
from app.tracking.models import Shipment
from app.tracking.page.links import token_of
from app.vocabulary import MessageState, Reason, Trigger
from jobs import messages
from tests.contracts.smtp_server import ScriptedServer
from tests.journeys import payloads
from tests.journeys.conftest import StoreVoice
from tests.journeys.test_mails import parsed, part, server

__all__ = ["server"]

Later = Callable[[timedelta], None]
YES, NO = {"parcel": "1", "late_only": "yes"}, {"parcel": "1", "late_only": "no"}
SILENT = (MessageState.SKIPPED, Reason.ONLY_IF_LATE)


@pytest.fixture
def shopper() -> FlaskClient:
    return create_app().test_client()


@pytest.fixture
def page(shopify_store: StoreVoice) -> str:
    """The path of the page of an order that was thanked for, and has left."""
    shopify_store.shopify("orders/paid", payloads.order(clock.now()))
    shopify_store.shopify("fulfillments/create", payloads.fulfillment(clock.now()))
    shopify_store.settle()
    return f"/t/{token_of(shopify_store.messages()[0].order_id or 0)}"


def scan(store: StoreVoice, status: str, ident: int, fulfillment_id: int = 7) -> None:
    told = payloads.scan(status, clock.now() - timedelta(seconds=9 - ident), ident, 1042, fulfillment_id)
    store.shopify("fulfillment_events/create", told)
    store.settle()


def send(later: Later) -> None:
    later(timedelta(seconds=1))
    messages.send()


def outcomes(store: StoreVoice) -> dict[str, tuple[MessageState, Reason | None]]:
    return {str(message.trigger): (message.state, message.reason) for message in store.messages()}


def promised_yesterday(store: StoreVoice) -> None:
    """Let the parcel be past the day that its carrier named, and be looked at."""
    store.session.execute(
        update(Shipment).values(expected_at=clock.now() - timedelta(days=2), exceptions_due_at=clock.now())
    )
    store.session.commit()
    watch.look(store.session)
    store.session.commit()
    store.settle()


def test_milestones_are_silent_with_a_reason_and_lateness_is_told(
    shopify_store: StoreVoice, shopper: FlaskClient, page: str, server: ScriptedServer, later: Later
) -> None:
    assert shopper.post(f"{page}/late", data=YES).status_code == 303
    scan(shopify_store, "in_transit", 1)
    promised_yesterday(shopify_store)
    send(later)
    told = outcomes(shopify_store)
    assert told["shipped"] == SILENT
    assert told["running_late"] == (MessageState.SENT, None)
    subjects = [parsed(taken)["Subject"] for taken in server.taken]
    assert sorted(subjects) == ["Running late: order #1042", "Thank you for order #1042"]
    mail = next(parsed(taken) for taken in server.taken if "late" in str(parsed(taken)["Subject"]))
    assert "Later than planned" in part(mail, "html")
    scan(shopify_store, "out_for_delivery", 2)
    scan(shopify_store, "delivered", 3)
    send(later)
    told = outcomes(shopify_store)
    assert (told["out_for_delivery"], told["delivered"]) == (SILENT, SILENT)
    assert len(server.taken) == 2


def test_a_delay_that_the_carrier_names_is_told_once_with_whatever_we_find(
    shopify_store: StoreVoice, shopper: FlaskClient, page: str, server: ScriptedServer, later: Later
) -> None:
    shopper.post(f"{page}/late", data=YES)
    scan(shopify_store, "delayed", 1)
    promised_yesterday(shopify_store)
    scan(shopify_store, "delayed", 2)
    send(later)
    assert shopify_store.told().count("running_late") == 1
    assert len(server.taken) == 2


def test_nobody_else_is_told_unless_the_merchant_says_so(
    shopify_store: StoreVoice, page: str, server: ScriptedServer, later: Later
) -> None:
    scan(shopify_store, "in_transit", 1)
    promised_yesterday(shopify_store)
    assert "running_late" not in shopify_store.told()
    switches.switch(shopify_store.session, shopify_store.shop.id, Trigger.RUNNING_LATE, on=True)
    shopify_store.session.commit()
    scan(shopify_store, "delayed", 2)
    send(later)
    assert outcomes(shopify_store)["running_late"] == (MessageState.SENT, None)
    assert len(server.taken) == 3
    assert page


@pytest.mark.usefixtures("server")
def test_a_parcel_that_moved_on_before_the_mail_went_is_not_called_late(
    shopify_store: StoreVoice, shopper: FlaskClient, page: str, later: Later
) -> None:
    shopper.post(f"{page}/late", data=YES)
    scan(shopify_store, "delayed", 1)
    scan(shopify_store, "in_transit", 2)
    send(later)
    assert outcomes(shopify_store)["running_late"] == (MessageState.SKIPPED, Reason.SUPERSEDED)


def test_of_two_parcels_the_other_is_told_as_before(
    shopify_store: StoreVoice, shopper: FlaskClient, server: ScriptedServer, later: Later
) -> None:
    now, numbers = clock.now(), ["1Z12345E0291980793", "1Z12345E1512345676"]
    shopify_store.shopify("orders/paid", payloads.order(now))
    shopify_store.shopify("fulfillments/create", payloads.fulfillment(now, tracking_numbers=numbers))
    shopify_store.settle()
    page = f"/t/{token_of(shopify_store.messages()[0].order_id or 0)}"
    answer = shopper.post(f"{page}/late", data={"parcel": "2", "late_only": "yes"})
    assert answer.headers["Location"] == f"{page}?parcel=2#late"
    scan(shopify_store, "out_for_delivery", 1)
    send(later)
    first, second = shopify_store.session.scalars(select(Shipment.id).order_by(Shipment.id))
    told = [
        (str(message.trigger), message.shipment_ids, message.reason)
        for message in shopify_store.messages()[1:]
    ]
    assert told == [
        ("shipped", [first], Reason.SUPERSEDED),
        ("shipped", [second], Reason.ONLY_IF_LATE),
        ("out_for_delivery", [first], None),
        ("out_for_delivery", [second], Reason.ONLY_IF_LATE),
    ]
    assert [parsed(taken)["Subject"] for taken in server.taken][-1] == (
        "Out for delivery: parcel 1 of order #1042"
    )


def test_the_page_says_so_and_takes_it_back(
    shopify_store: StoreVoice, shopper: FlaskClient, page: str, server: ScriptedServer, later: Later
) -> None:
    assert "Only tell me if it is late" in shopper.get(page).text
    shopper.post(f"{page}/late", data=YES)
    so = shopper.get(page).text
    assert "You hear of this parcel only if it is late or stuck." in so
    assert "Only tell me" not in so
    shopper.post(f"{page}/late", data=NO)
    assert "Only tell me if it is late" in shopper.get(page).text
    send(later)
    assert outcomes(shopify_store)["shipped"] == (MessageState.SENT, None)
    assert len(server.taken) == 2


@pytest.mark.parametrize(
    ("form", "status"),
    [
        ({"parcel": "2", "late_only": "yes"}, 400),
        ({"parcel": "0", "late_only": "yes"}, 400),
        ({"parcel": "x", "late_only": "yes"}, 400),
        ({"parcel": "1", "late_only": "perhaps"}, 400),
        ({}, 400),
    ],
)
def test_odd_choices_change_nothing(
    shopify_store: StoreVoice, shopper: FlaskClient, page: str, form: dict[str, str], status: int
) -> None:
    assert shopper.post(f"{page}/late", data=form).status_code == status
    assert shopper.post(f"{page}x/late", data=YES).status_code == 404
    assert shopper.get(f"{page}/late").status_code == 405
    assert set(shopify_store.session.scalars(select(Shipment.late_only_at))) == {None}


def test_nothing_is_offered_for_what_has_arrived_or_where_nothing_is_told(
    shopify_store: StoreVoice, shopper: FlaskClient, page: str
) -> None:
    for trigger in switches.MILESTONES:
        switches.switch(shopify_store.session, shopify_store.shop.id, trigger, on=False)
    shopify_store.session.commit()
    assert "Only tell me" not in shopper.get(page).text
    switches.switch(shopify_store.session, shopify_store.shop.id, Trigger.SHIPPED, on=True)
    shopify_store.session.commit()
    assert "Only tell me" in shopper.get(page).text
    scan(shopify_store, "delivered", 1)
    assert "Only tell me" not in shopper.get(page).text
    assert shopper.post(f"{page}/late", data=YES).status_code == 400


def test_a_shop_that_tells_nothing_stays_silent_about_lateness_too(
    shopify_store: StoreVoice, shopper: FlaskClient, page: str, server: ScriptedServer, later: Later
) -> None:
    shopper.post(f"{page}/late", data=YES)
    for trigger in Trigger:
        switches.switch(shopify_store.session, shopify_store.shop.id, trigger, on=False)
    shopify_store.session.commit()
    scan(shopify_store, "delayed", 1)
    send(later)
    assert outcomes(shopify_store)["running_late"] == (MessageState.SKIPPED, Reason.FLOW_OFF)
    assert server.taken == []
    assert shopify_store.session.scalars(select(Message.to)).first() == "ada@example.com"
