"""All one's orders: a link to one's own mailbox, a button, and a list that nobody else opens."""

import re
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, text
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from app import reactions
from app.audience import suppression
from app.audience.models import Profile
from app.flows import facts
from app.lib import clock, signing
from app.messages.documents import compose
from app.messages.gate.permission import Allowed, Skipped, decide
from app.messages.models import Message
from app.privacy import copies, erasure
from app.shops.models import Shop
from app.tracking.page.links import tracking_url
from app.tracking.shoppers import own_orders
from app.tracking.shoppers.own_orders import OwnOrdersLink
from app.vocabulary import Category, Medium, Reason, ShopState, Trigger
from app.vocabulary import ShipmentStatus as S
from tests import sold
from tests.journeys.admin.conftest import counting
from tests.journeys.conftest import at_its_address
from tests.sold import Sent

ANA = "ana.moreno@shopper.example"
MOVING = Sent(scans=((S.IN_TRANSIT, -2, None, "Boulder"),), expected=2)
ARRIVED = Sent(scans=((S.DELIVERED, -1, None, "Boulder"),))


@pytest.fixture
def app() -> Flask:
    return at_its_address()


@pytest.fixture
def shopper(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.fixture
def shop(session: Session) -> Shop:
    return sold.shop(session)


def asks(shopper: FlaskClient, shop: Shop, address: str = ANA) -> TestResponse:
    return shopper.post(f"/orders?shop={shop.domain}", data={"email": address})


def mails(session: Session) -> list[Message]:
    while reactions.react_one(session):
        session.commit()
    session.commit()
    return list(session.scalars(select(Message).filter_by(trigger=Trigger.OWN_ORDERS).order_by(Message.id)))


def link_in(session: Session, mail: Message) -> str:
    assert decide(facts.gather(session, [mail])[mail.id]) == Allowed()
    letter = compose.render(compose.gather(session, mail))
    found = re.search(r"https://\S+/orders/\S+", letter.text)
    assert found is not None
    assert found[0] in letter.html
    return urlsplit(found[0]).path


def lets_in(shopper: FlaskClient, session: Session, shop: Shop) -> TestResponse:
    asks(shopper, shop)
    return shopper.post(link_in(session, mails(session)[-1]))


def test_a_mailed_link_and_a_button_open_the_list_of_all_orders(
    shopper: FlaskClient, session: Session, shop: Shop
) -> None:
    orders = [
        sold.order(session, shop, MOVING),
        sold.order(session, shop, ARRIVED, age=30),
        sold.order(session, shop, age=4000),  # kept late, bought long ago
    ]
    assert "See all my orders" in shopper.get(f"/track?shop={shop.domain}").text
    said = asks(shopper, shop, " ANA.Moreno@Shopper.Example ")
    assert "a link is on its way" in said.text
    link = link_in(session, mails(session)[0])
    for _ in range(2):  # a scanner looks first, and uses nothing up
        assert "Show my orders" in shopper.get(link).text
    assert "Set-Cookie" not in said.headers
    opened = shopper.post(link)
    assert opened.status_code == 303
    cookie = opened.headers["Set-Cookie"]
    for guard in ("Secure", "HttpOnly", "SameSite=Lax", "Path=/orders", "Max-Age=3600"):
        assert guard in cookie
    listed = shopper.get(opened.location)
    assert listed.headers["Cache-Control"] == "private, no-store"
    for order in orders:
        assert f'href="{tracking_url(shop, order.id)}"' in listed.text
        assert str(order.name) in listed.text
    places = [listed.text.index(tracking_url(shop, order.id)) for order in orders]
    ages = [order.placed_at for order in orders]
    assert [ages[i] for i in sorted(range(3), key=places.__getitem__)] == sorted(ages, reverse=True)  # type: ignore[type-var]
    for sentence in ("Delivered today", "Arriving", "We’re getting it ready"):
        assert sentence in listed.text
    assert ANA not in listed.text


def test_a_link_works_once_and_for_an_hour_and_the_list_closes_after_another(
    app: Flask, session: Session, shop: Shop
) -> None:
    sold.order(session, shop, MOVING)
    with time_machine.travel(clock.now(), tick=False) as traveller:
        first, second = app.test_client(), app.test_client()
        assert lets_in(first, session, shop).status_code == 303
        link = link_in(session, mails(session)[0])
        assert second.post(link).status_code == 410
        assert second.get(link).status_code == 410
        asks(second, shop)
        late = link_in(session, mails(session)[1])
        traveller.shift(timedelta(minutes=59))
        assert "This list closes by itself" in first.get(f"/orders?shop={shop.domain}").text
        traveller.shift(timedelta(minutes=1))
        assert "Send me the link" in first.get(f"/orders?shop={shop.domain}").text
        assert second.post(late).status_code == 410
        assert own_orders.purge(session, now=clock.now()) == 0
        assert own_orders.purge(session, now=clock.now() + timedelta(days=1, seconds=1)) == 2


def test_who_asks_learns_nothing_of_an_address(shopper: FlaskClient, session: Session, shop: Shop) -> None:
    sold.order(session, shop, MOVING)
    with counting() as known:
        yes = asks(shopper, shop)
    with counting() as unknown:
        no = asks(shopper, shop, "nobody@shopper.example")
    assert (yes.status_code, yes.text) == (no.status_code, no.text)
    assert [it.split()[0] for it in known] == [it.split()[0] for it in unknown]
    (mail,) = mails(session)
    assert mail.to == ANA


def test_nobody_sees_another_shops_orders_nor_another_addresses(
    shopper: FlaskClient, session: Session, shop: Shop
) -> None:
    other = sold.shop(session, domain="other.example")
    sold.order(session, shop, name="#MINE")
    sold.order(session, other, name="#OTHERSHOP")
    sold.order(session, shop, name="#SOMEBODY", email="somebody@shopper.example")
    page = shopper.get(lets_in(shopper, session, shop).location).text
    assert "#MINE" in page
    assert "#OTHERSHOP" not in page
    assert "#SOMEBODY" not in page
    assert "Send me the link" in shopper.get(f"/orders?shop={other.domain}").text
    stolen = shopper.get_cookie(f"orders-{shop.id}", domain="doorstep.test", path="/orders")
    assert stolen is not None
    shopper.set_cookie(f"orders-{other.id}", stolen.value, domain="doorstep.test", path="/orders")
    assert "Send me the link" in shopper.get(f"/orders?shop={other.domain}").text


def test_the_mailed_token_is_no_visit_and_neither_can_be_made_up(
    shopper: FlaskClient, session: Session, shop: Shop
) -> None:
    sold.order(session, shop, MOVING)
    lets_in(shopper, session, shop)
    shopper.delete_cookie(f"orders-{shop.id}", domain="doorstep.test", path="/orders")
    (link_id,) = session.scalars(select(OwnOrdersLink.id))
    mailed = signing.token(own_orders.LINK, [shop.id, link_id])
    forged = signing.token("track", [shop.id, link_id])
    for value in (mailed, forged, "x", ""):
        shopper.set_cookie(f"orders-{shop.id}", value, domain="doorstep.test", path="/orders")
        assert "Send me the link" in shopper.get(f"/orders?shop={shop.domain}").text
    for token in (forged, "x", own_orders.visit(shop.id, link_id)):
        assert shopper.get(f"/orders/{token}").status_code == 404
        assert shopper.post(f"/orders/{token}").status_code == 404


def test_a_list_is_closed_for_good_by_its_button(shopper: FlaskClient, session: Session, shop: Shop) -> None:
    sold.order(session, shop, MOVING)
    lets_in(shopper, session, shop)
    kept = shopper.get_cookie(f"orders-{shop.id}", domain="doorstep.test", path="/orders")
    assert kept is not None
    assert shopper.post(f"/orders/close?shop={shop.domain}").status_code == 303
    shopper.set_cookie(f"orders-{shop.id}", kept.value, domain="doorstep.test", path="/orders")
    assert "Send me the link" in shopper.get(f"/orders?shop={shop.domain}").text


def test_a_list_costs_as_many_queries_with_sixty_orders_as_with_one(
    shopper: FlaskClient, session: Session, shop: Shop
) -> None:
    sold.order(session, shop, MOVING)
    address = lets_in(shopper, session, shop).location
    with counting() as with_one:
        shopper.get(address)
    for _ in range(60):
        sold.order(session, shop, MOVING, ARRIVED)
    with counting() as with_many:
        page = shopper.get(address).text
    assert len(with_one) == len(with_many) <= 6
    assert page.count("/t/") == own_orders.MOST
    assert "Older orders are not listed here." in page


@pytest.mark.parametrize("typed", ["", "ana", "@", "x" * 300])
def test_what_is_no_address_is_given_back(
    shopper: FlaskClient, session: Session, shop: Shop, typed: str
) -> None:
    assert asks(shopper, shop, typed).status_code == 422
    assert session.scalars(select(OwnOrdersLink)).all() == []


def test_an_address_and_a_visitor_may_ask_a_few_times(
    shopper: FlaskClient, session: Session, shop: Shop
) -> None:
    sold.order(session, shop, MOVING)
    assert [asks(shopper, shop).status_code for _ in range(4)] == [200, 200, 200, 429]
    assert len(mails(session)) == 3
    others = [asks(shopper, shop, f"a{i}@shopper.example").status_code for i in range(3)]
    assert others == [200, 429, 429]


def test_it_goes_to_who_wants_no_updates_and_not_where_mail_comes_back(
    shopper: FlaskClient, session: Session, shop: Shop
) -> None:
    sold.order(session, shop, MOVING)
    suppression.suppress(
        session, shop.id, Medium.EMAIL, ANA, Category.TRANSACTIONAL, reason=suppression.UNSUBSCRIBED
    )
    session.commit()
    asks(shopper, shop)
    (mail,) = mails(session)
    assert decide(facts.gather(session, [mail])[mail.id]) == Allowed()
    mail.occasion_at -= timedelta(hours=2)
    assert decide(facts.gather(session, [mail])[mail.id]) == Skipped(Reason.TOO_OLD)
    mail.occasion_at += timedelta(hours=2)
    suppression.suppress(session, shop.id, Medium.EMAIL, ANA, None, reason="bounced")
    assert decide(facts.gather(session, [mail])[mail.id]) == Skipped(Reason.SUPPRESSED)


def test_an_erased_shopper_and_an_uninstalled_shop_have_no_list(
    shopper: FlaskClient, session: Session, shop: Shop
) -> None:
    profile = Profile(shop_id=shop.id, email=ANA, first_seen_at=clock.now())
    session.add(profile)
    session.flush()
    sold.order(session, shop, MOVING, profile_id=profile.id)
    address = lets_in(shopper, session, shop).location
    assert len(copies.export(session, shop.id, [profile])["own_orders_link"]) == 1
    erasure.erase(session, profile)
    session.commit()
    assert "Send me the link" in shopper.get(address).text
    assert session.scalars(select(OwnOrdersLink)).all() == []
    shop.state = ShopState.UNINSTALLED
    session.commit()
    assert shopper.get(address).status_code == 404


def test_an_order_that_got_another_address_meanwhile_opens_nothing(
    shopper: FlaskClient, session: Session, shop: Shop
) -> None:
    sold.order(session, shop, MOVING)
    address = lets_in(shopper, session, shop).location
    session.execute(text("""UPDATE "order" SET email = 'somebody@shopper.example'"""))
    session.commit()
    assert "Send me the link" in shopper.get(address).text
