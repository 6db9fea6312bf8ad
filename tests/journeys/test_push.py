"""A shopper lets their browser tell them of an order, from the page's button to what the browser shows."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.audience.models import ConsentRow
from app.channels import push
from app.commerce.models import Order
from app.lib import clock
from app.messages.letters import links
from app.messages.models import Message
from app.privacy import copies, erasure
from app.tracking.shoppers.browsers import PushSubscription
from app.vocabulary import ConsentState, Medium, MessageState, Reason
from jobs import messages
from tests.journeys import payloads
from tests.journeys.conftest import StoreVoice
from tests.journeys.test_preferences import boxes, names
from tests.journeys.texting import Later, bought, by_day, mails, server, shopper
from tests.push_service import Firefox, playing

__all__ = ["by_day", "mails", "server", "shopper"]


@pytest.fixture
def browser() -> Iterator[Firefox]:
    with playing(Firefox(trusted=push.public_key())) as found:
        yield found


def test_a_browser_shows_what_its_shopper_agreed_to_and_no_other_order(
    shopify_store: StoreVoice, shopper: FlaskClient, browser: Firefox, later: Later
) -> None:
    page = bought(shopify_store)
    bought(shopify_store, 1043, email="eve@example.com")
    html = shopper.get(page).text
    assert f'data-push="{push.public_key()}"' in html
    assert shopper.post(f"{page}/browser", data=browser.subscription).status_code == 204
    assert shopper.post(f"{page}/browser", data=browser.subscription).status_code == 204
    for number in (1042, 1043):
        moves(shopify_store, later, "delivered", number=number)
    assert [(it["title"], it["body"]) for it in browser.shown] == [
        ("Ridge & Pine", "Packed: order #1042"),
        ("Ridge & Pine", "Delivered: order #1042"),
    ]
    assert all(it["url"].endswith(page) for it in browser.shown)
    said = shopify_store.session.scalars(select(ConsentRow).filter_by(medium=Medium.PUSH)).one()
    assert said.state is ConsentState.SUBSCRIBED
    assert said.wording is not None
    assert said.wording in html


def test_what_is_undone_comes_no_more(
    shopify_store: StoreVoice, shopper: FlaskClient, browser: Firefox, later: Later
) -> None:
    page = bought(shopify_store)
    shopper.post(f"{page}/browser", data=browser.subscription)
    answer = shopper.post(f"{page}/browser", data={"on": "no", "endpoint": browser.endpoint})
    assert answer.status_code == 204
    moves(shopify_store, later)
    assert browser.shown == []
    states = select(ConsentRow.state).filter_by(medium=Medium.PUSH).order_by(ConsentRow.id)
    assert list(shopify_store.session.scalars(states)) == [
        ConsentState.SUBSCRIBED,
        ConsentState.NOT_SUBSCRIBED,
    ]


def test_a_browser_that_is_gone_is_forgotten(
    shopify_store: StoreVoice, shopper: FlaskClient, browser: Firefox, later: Later
) -> None:
    page = bought(shopify_store)
    shopper.post(f"{page}/browser", data=browser.subscription)
    browser.status = 410
    moves(shopify_store, later)
    assert pushed(shopify_store.session) == [(MessageState.FAILED, Reason.REFUSED)]
    assert subscriptions(shopify_store.session) == 0
    moves(shopify_store, later, "delivered")
    assert len(pushed(shopify_store.session)) == 1


def test_a_service_that_is_away_is_tried_again(
    shopify_store: StoreVoice, shopper: FlaskClient, browser: Firefox, later: Later
) -> None:
    page = bought(shopify_store)
    shopper.post(f"{page}/browser", data=browser.subscription)
    browser.status = 503
    moves(shopify_store, later)
    assert pushed(shopify_store.session) == [(MessageState.QUEUED, None)]
    browser.status = 201
    later(timedelta(seconds=1))
    messages.send()
    assert len(browser.shown) == 1
    assert subscriptions(shopify_store.session) == 1


def test_it_is_switched_off_among_everything_else(
    shopify_store: StoreVoice, shopper: FlaskClient, browser: Firefox, later: Later
) -> None:
    page = bought(shopify_store)
    shopper.post(f"{page}/browser", data=browser.subscription)
    later(timedelta(seconds=1))
    messages.send()
    thanks = shopify_store.messages()[0]
    address = "/u/" + links.preferences_url(thanks.shop_id, thanks.id).rpartition("/u/")[2]
    assert boxes(shopper, address)["push-transactional"] is True
    shown = names(shopper, address)
    ticked = [name for name in shown if not name.startswith("push")]
    shopper.post(address, data={"choice": "save", "shown": shown, "on": ticked})
    assert boxes(shopper, address)["push-transactional"] is False
    moves(shopify_store, later)
    assert browser.shown == []
    assert pushed(shopify_store.session) == [(MessageState.SKIPPED, Reason.SUPPRESSED)]


def test_an_erased_order_has_no_browser_and_a_copy_holds_it_before(
    shopify_store: StoreVoice, shopper: FlaskClient, browser: Firefox
) -> None:
    session, page = shopify_store.session, bought(shopify_store)
    shopper.post(f"{page}/browser", data=browser.subscription)
    order = session.scalars(select(Order)).one()
    rows = copies.export(session, shopify_store.shop.id, [], [order.external_id])
    assert rows["push_subscription"][0]["endpoint"] == browser.endpoint
    erasure.erase_order(session, order)
    session.commit()
    assert subscriptions(session) == 0


@pytest.mark.parametrize(
    "changed",
    [{"endpoint": "https://evil.example/x"}, {"key": "AAAA"}, {"auth": ""}, {"on": "maybe"}, {"on": ""}],
)
def test_what_is_no_browser_changes_nothing(
    shopify_store: StoreVoice, shopper: FlaskClient, changed: dict[str, str]
) -> None:
    page = bought(shopify_store)
    assert shopper.post(f"{page}/browser", data=Firefox().subscription | changed).status_code == 400
    assert shopper.post("/t/forged/browser", data=Firefox().subscription).status_code == 404
    assert subscriptions(shopify_store.session) == 0


def test_the_worker_may_speak_for_every_page(shopper: FlaskClient) -> None:
    answer = shopper.get("/push-worker.js")
    assert answer.status_code == 200
    assert answer.headers["Service-Worker-Allowed"] == "/"
    assert "javascript" in answer.headers["Content-Type"]


def moves(store: StoreVoice, later: Later, *statuses: str, number: int = 1042) -> None:
    """Let an order's parcel leave and be scanned, and all that is told of it go out."""
    now = clock.now()
    store.shopify("fulfillments/create", payloads.fulfillment(now, number, number))
    sends(store, later)
    for ident, status in enumerate(statuses):
        scan = payloads.scan(status, clock.now(), 10 * number + ident, number, number)
        store.shopify("fulfillment_events/create", scan)
        sends(store, later)


def sends(store: StoreVoice, later: Later) -> None:
    store.settle()
    later(timedelta(seconds=1))
    messages.send()


def pushed(session: Session) -> list[tuple[MessageState, Reason | None]]:
    session.expire_all()
    rows = session.scalars(select(Message).filter_by(medium=Medium.PUSH).order_by(Message.id))
    return [(row.state, row.reason) for row in rows]


def subscriptions(session: Session) -> int:
    session.expire_all()
    return session.scalar(select(func.count()).select_from(PushSubscription)) or 0
