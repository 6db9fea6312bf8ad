"""A shopper names another address: asked once, told after its own yes, without prices, until stopped."""

import re
from collections.abc import Callable
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select, update

from app.audience.models import ConsentRow, Profile
from app.lib import clock
from app.main import create_app
from app.messages.models import Message
from app.privacy import copies, erasure
from app.storefront import endings
from app.tracking.page.links import gift_token_of, token_of
from app.tracking.shoppers.recipients import Recipient
from app.vocabulary import ConsentSource, ConsentState, MessageState, Reason, ShopState
from jobs import messages
from tests.contracts.smtp_server import ScriptedServer
from tests.journeys import payloads
from tests.journeys.conftest import StoreVoice
from tests.journeys.test_mails import parsed, part, server
from tests.journeys.test_privacy import where_is

__all__ = ["server"]

Later = Callable[[timedelta], None]
SAM = "sam.canary@example.org"


@pytest.fixture
def shopper() -> FlaskClient:
    return create_app().test_client()


@pytest.fixture
def page(shopify_store: StoreVoice) -> str:
    shopify_store.shopify("orders/paid", payloads.order(clock.now()))
    shopify_store.settle()
    return f"/t/{token_of(shopify_store.messages()[0].order_id or 0)}"


def send(store: StoreVoice, later: Later) -> None:
    store.settle()
    later(timedelta(seconds=1))
    messages.send()


def mails_to(server: ScriptedServer, address: str) -> list[str]:
    return [str(parsed(it)["Subject"]) for it in server.taken if address in str(parsed(it)["To"])]


def link_in(server: ScriptedServer) -> str:
    """The path behind the button of the last mail to Sam."""
    mail = [parsed(it) for it in server.taken if SAM in str(parsed(it)["To"])][-1]
    found = re.search(r"https://doorstep\.test(/w/[\w.-]+)", part(mail, "plain"))
    assert found is not None
    return found[1]


def confirmed(
    store: StoreVoice, shopper: FlaskClient, page: str, server: ScriptedServer, later: Later
) -> str:
    assert shopper.post(f"{page}/others", data={"address": f" {SAM.upper()} "}).status_code == 303
    send(store, later)
    link = link_in(server)
    assert shopper.post(link, data={"choice": "confirm"}).status_code == 303
    return link


def test_who_is_named_is_asked_once_and_told_nothing_before_they_say_yes(
    shopify_store: StoreVoice, shopper: FlaskClient, page: str, server: ScriptedServer, later: Later
) -> None:
    for _ in range(2):
        shopper.post(f"{page}/others", data={"address": SAM})
    send(shopify_store, later)
    assert mails_to(server, SAM) == ["A parcel from Ridge & Pine: updates for you?"]
    assert shopper.get(link_in(server)).status_code == 200  # as a scanner looks at it
    shopify_store.shopify("fulfillments/create", payloads.fulfillment(clock.now()))
    send(shopify_store, later)
    assert len(mails_to(server, SAM)) == 1
    assert shopify_store.session.scalars(select(Recipient.confirmed_at)).one() is None


def test_who_said_yes_gets_the_milestones_once_without_prices_names_or_the_shoppers_link(
    shopify_store: StoreVoice, shopper: FlaskClient, page: str, server: ScriptedServer, later: Later
) -> None:
    confirmed(shopify_store, shopper, page, server, later)
    shopify_store.shopify("fulfillments/create", payloads.fulfillment(clock.now()))
    send(shopify_store, later)
    for ident, status in enumerate(("out_for_delivery", "delivered")):
        at = clock.now() - timedelta(seconds=5 - ident)
        shopify_store.shopify("fulfillment_events/create", payloads.scan(status, at, ident))
        send(shopify_store, later)
    assert [subject.partition(":")[0] for subject in mails_to(server, SAM)[1:]] == [
        "Packed",
        "Out for delivery",
        "Delivered",
    ]
    assert len(mails_to(server, "ada@example.com")) == 4
    order_id = shopify_store.messages()[0].order_id or 0
    for taken in server.taken:
        mail = parsed(taken)
        if SAM in str(mail["To"]):
            told = part(mail, "plain") + part(mail, "html")
            for secret in ("Ada", "$", "/t/", "Delivering to"):
                assert secret not in told
            assert "/w/" in str(mail["List-Unsubscribe"])
            if "updates for you" not in str(mail["Subject"]):
                assert f"/g/{gift_token_of(order_id)}" in told
    keys = [message.key for message in shopify_store.messages()]
    assert len(set(keys)) == len(keys)


def test_their_yes_is_kept_with_its_wording_and_looking_says_nothing(
    shopify_store: StoreVoice, shopper: FlaskClient, page: str, server: ScriptedServer, later: Later
) -> None:
    link = confirmed(shopify_store, shopper, page, server, later)
    said = shopify_store.session.scalars(
        select(ConsentRow).filter_by(source=ConsentSource.CONFIRMATION)
    ).one()
    assert said.state is ConsentState.SUBSCRIBED
    assert said.wording is not None
    assert said.profile_id is None
    assert "You get the updates of a parcel" in shopper.get(link).text
    assert len(shopify_store.session.scalars(select(Profile)).all()) == 1


def test_one_click_or_the_button_ends_it_and_nothing_keeps_the_address(
    shopify_store: StoreVoice, shopper: FlaskClient, page: str, server: ScriptedServer, later: Later
) -> None:
    link = confirmed(shopify_store, shopper, page, server, later)
    shopify_store.shopify("fulfillments/create", payloads.fulfillment(clock.now()))
    shopify_store.settle()
    answer = shopper.post(link, data={"List-Unsubscribe": "One-Click"})
    assert (answer.status_code, answer.mimetype) == (200, "text/plain")
    send(shopify_store, later)
    assert len(mails_to(server, SAM)) == 1
    theirs = select(Message).where(Message.recipient_id.is_not(None)).order_by(Message.id)
    shopify_store.session.expire_all()
    told = [(message.state, message.reason) for message in shopify_store.session.scalars(theirs)]
    assert told == [(MessageState.SENT, None), (MessageState.SKIPPED, Reason.WITHDRAWN)]
    assert where_is(shopify_store, "canary") == []
    assert shopper.get(link).status_code == 404
    shopper.post(f"{page}/others", data={"address": SAM})
    send(shopify_store, later)
    assert len(mails_to(server, SAM)) == 1  # asked once, whatever they answered


@pytest.mark.parametrize("declines", ["at once", "after a yes"])
def test_who_says_no_thank_you_is_asked_for_no_other_order_and_who_only_stops_one_may_be(
    shopify_store: StoreVoice,
    shopper: FlaskClient,
    page: str,
    *,
    server: ScriptedServer,
    later: Later,
    declines: str,
) -> None:
    shopify_store.shopify("orders/paid", payloads.order(clock.now(), 1043))
    shopify_store.settle()
    other = f"/t/{token_of(shopify_store.messages()[-1].order_id or 0)}"
    if declines == "at once":
        shopper.post(f"{page}/others", data={"address": SAM})
        send(shopify_store, later)
        link = link_in(server)
    else:
        link = confirmed(shopify_store, shopper, page, server, later)
    shopper.post(link, data={"choice": "stop"})
    answer = shopper.post(f"{other}/others", data={"address": SAM})
    assert answer.status_code == 303, "whoever names them learns nothing of it"
    send(shopify_store, later)
    assert len(mails_to(server, SAM)) == (1 if declines == "at once" else 2)
    if declines == "at once":
        assert where_is(shopify_store, "canary") == []


def test_the_page_shows_who_is_asked_and_takes_them_back(
    shopify_store: StoreVoice, shopper: FlaskClient, page: str
) -> None:
    shopper.post(f"{page}/others", data={"address": SAM})
    shown = shopper.get(page).text
    assert "s•••@e•••.org" in shown
    assert SAM not in shown
    assert SAM not in shopper.get(f"/g/{gift_token_of(shopify_store.messages()[0].order_id or 0)}").text
    assert shopper.post(f"{page}/others/1").status_code == 303
    assert "s•••@e•••.org" not in shopper.get(page).text


def test_three_at_most_and_no_nonsense(shopify_store: StoreVoice, shopper: FlaskClient, page: str) -> None:
    for name in ("a", "b", "c"):
        assert shopper.post(f"{page}/others", data={"address": f"{name}@example.org"}).status_code == 303
    assert shopper.post(f"{page}/others", data={"address": "d@example.org"}).status_code == 400
    assert len(shopify_store.session.scalars(select(Recipient)).all()) == 3
    assert shopper.post(f"{page}/others", data={"address": "nonsense"}).status_code == 400
    assert shopper.post(f"{page}x/others", data={"address": SAM}).status_code == 404
    assert shopper.post("/w/made-up", data={"choice": "confirm"}).status_code == 404


def test_one_address_is_asked_three_times_a_day_at_most(
    shopify_store: StoreVoice, shopper: FlaskClient
) -> None:
    statuses = []
    for number in range(1042, 1046):
        shopify_store.shopify("orders/paid", payloads.order(clock.now(), number))
        shopify_store.settle()
        page = f"/t/{token_of(shopify_store.messages()[-1].order_id or 0)}"
        statuses.append(shopper.post(f"{page}/others", data={"address": SAM}).status_code)
    assert statuses == [303, 303, 303, 429]


def test_an_address_is_forgotten_after_a_day_without_answer_and_when_its_page_ends(
    shopify_store: StoreVoice, shopper: FlaskClient, page: str, server: ScriptedServer, later: Later
) -> None:
    session = shopify_store.session
    confirmed(shopify_store, shopper, page, server, later)
    shopper.post(f"{page}/others", data={"address": "lee@example.org"})
    send(shopify_store, later)
    session.execute(update(Recipient).values(due_at=clock.now() - timedelta(seconds=1)))
    session.commit()
    assert endings.look(session)
    session.commit()
    assert where_is(shopify_store, "lee@example.org") == []
    assert where_is(shopify_store, "canary") != []
    shopify_store.shop.state = ShopState.UNINSTALLED
    session.execute(update(Recipient).where(Recipient.address.is_not(None)).values(due_at=clock.now()))
    session.commit()
    endings.look(session)
    session.commit()
    assert where_is(shopify_store, "canary") == []


def test_erasure_and_export_cover_them(
    shopify_store: StoreVoice, shopper: FlaskClient, page: str, server: ScriptedServer, later: Later
) -> None:
    session = shopify_store.session
    confirmed(shopify_store, shopper, page, server, later)
    profile = session.scalars(select(Profile)).one()
    copy = copies.export(session, shopify_store.shop.id, [profile])
    assert copy["recipient"][0]["address"] == SAM
    erasure.erase(session, profile)
    session.commit()
    assert where_is(shopify_store, "canary") == []
    assert urlsplit(link_in(server)).path
