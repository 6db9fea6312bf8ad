"""The merchant's two minutes a day: home, customers and parcels, looked at and gone through by keyboard."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.admin.doors import session as doors
from app.audience import profiles
from app.commerce.models import Order
from app.lib import clock
from app.messages.models import Message
from app.platforms.base import Consent
from app.platforms.purchases import Person
from app.shops.models import Shop
from app.tracking.models import Shipment
from app.tracking.page.visits import PageVisit
from app.vocabulary import ConsentSource, ConsentState, Medium, ShipmentStatus
from tests.browser.conftest import Look, Site, picture
from tests.browser.sample_shop import empty_shop, shop

pytestmark = pytest.mark.browser
__all__ = ["empty_shop", "shop"]

EMAIL = "ana.moreno@example.com"


@pytest.fixture
def ana(session: Session, shop: Shop) -> int:
    """Somebody with every order of the shop, who looks at their pages and once agreed to offers."""
    now = clock.now()
    profile = profiles.keep(
        session, shop.id, Person(email=EMAIL, first_name="Ana", last_name="Moreno"), heard_at=now
    )
    assert profile is not None
    for where in (Order, Message):
        session.execute(update(where).where(where.shop_id == shop.id).values(profile_id=profile.id))
    said = Consent(
        person=Person(email=EMAIL),
        medium=Medium.EMAIL,
        state=ConsentState.SUBSCRIBED,
        source=ConsentSource.CHECKOUT,
        at=now - timedelta(days=200),
        address=EMAIL,
        wording="E-mail me with news and offers",
    )
    profiles.keep_consent(session, shop.id, said, heard_at=now)
    orders = session.scalars(select(Order).filter_by(shop_id=shop.id).order_by(Order.id)).all()
    for number, order in enumerate(orders):
        order.placed_at = now - timedelta(days=5 * number + 1)
        for ago in range(0, 50, number + 2):
            session.add(
                PageVisit(
                    shop_id=shop.id,
                    order_id=order.id,
                    day=(now - timedelta(days=ago)).date(),
                    visits=number % 3 + 1,
                    last_at=now - timedelta(days=ago),
                )
            )
    for number, parcel in enumerate(session.scalars(select(Shipment).order_by(Shipment.id)).all()):
        if parcel.slot.endswith("-1"):  # a number is one parcel's
            parcel.number = "1Z999AA10123456776"
        if parcel.status is ShipmentStatus.DELIVERED or number % 4 == 0:
            parcel.delivered_at, parcel.expected_at = now - timedelta(days=number), now - timedelta(days=8)
    session.commit()
    return profile.id


def test_home_holds_new_and_in_full_swing(
    look: Look, site: Site, shop: Shop, empty_shop: Shop, ana: int
) -> None:
    del ana
    for each, name in ((empty_shop, "home-new"), (shop, "home")):
        enter(look, site, each)
        assert look.page.url.endswith(f"/admin/{each.id}/home")
        picture(look, name)
        look.holds()
    page = look.page
    page.get_by_role("link", name="90 days").click()
    page.get_by_role("heading", name="Last 90 days").wait_for()
    page.get_by_text("The numbers behind the lines").click()
    picture(look, "home-90")
    look.holds()
    page.get_by_role("button", name="Hide for now").click()
    page.get_by_role("button", name="Show the steps of the setup again").click()
    page.get_by_role("heading", name="Set up Ridge & Pine").wait_for()
    if look.width < 860:
        page.get_by_text("More", exact=True).click()
        picture(look, "more")
        look.holds()
        page.get_by_role("link", name="Privacy").click()
    else:
        page.get_by_role("link", name="Privacy").click()
    page.get_by_role("link", name="Audit log").click()
    page.get_by_role("rowheader", name="sign-in link").first.wait_for()
    picture(look, "looks")
    look.holds()


def test_a_customer_is_found_spared_copied_and_erased(look: Look, site: Site, shop: Shop, ana: int) -> None:
    del ana
    enter(look, site, shop)
    page = look.page
    page.get_by_role("navigation", name="Main").get_by_role("link", name="Customers").click()
    picture(look, "customers")
    look.holds()
    page.get_by_role("searchbox").fill("nobody")
    page.keyboard.press("Enter")
    page.get_by_text("Nobody matches").wait_for()
    page.get_by_role("searchbox").fill("more")
    page.keyboard.press("Enter")
    page.get_by_role("link", name="Ana Moreno").click()
    page.get_by_text("Proof of E-mail, offers").click()
    page.get_by_text("They read: “E-mail me with news and offers”").wait_for()
    picture(look, "customer")
    look.holds()
    page.get_by_role("link", name="Not sent").click()
    page.get_by_text("Withdraw E-mail, offers").click()
    picture(look, "customer-withdraw")
    look.holds()
    page.get_by_role("button", name="Withdraw it E-mail, offers").click()
    page.get_by_text("Withdrawn. Only they can take it back.").wait_for()
    look.holds()
    page.get_by_text("Their data").click()
    picture(look, "customer-data")
    look.holds()
    page.get_by_role("button", name="Export everything we know").click()
    page.get_by_role("link", name="Download it").wait_for()
    page.get_by_text("Their data").click()
    page.get_by_role("link", name="Erase for good…").click()
    page.get_by_role("button", name="Erase for good").click()
    page.get_by_text("Tick the box first").wait_for()
    picture(look, "erase")
    look.holds()
    page.get_by_role("checkbox").check()
    page.get_by_role("button", name="Erase for good").click()
    page.get_by_role("link", name="certificate", exact=True).wait_for()
    picture(look, "erased")
    look.holds()


def test_a_parcel_is_reached_noted_and_left_by_keyboard_alone(look: Look, site: Site, shop: Shop) -> None:
    enter(look, site, shop)
    page = look.page
    page.goto(f"{site.url}/admin/{shop.id}/shipments")
    page.get_by_role("searchbox").focus()
    page.keyboard.press("ArrowDown")
    for pressed in ("j", "j", "k"):
        page.keyboard.press(pressed)
    focused = "document.activeElement.innerText"
    links = page.locator("tbody th a").all_inner_texts()
    assert page.evaluate(focused) == links[1]
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.id") == "q"
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.get_by_label("A note for your team").fill("They asked for the back door.")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.get_by_text("Noted. Shoppers never see it.").wait_for()
    page.get_by_text("Noted by sign-in link").wait_for()
    picture(look, "shipment-noted")
    look.holds()
    page.get_by_text("Remove a note").press("Enter")
    page.get_by_role("button", name=re.compile("Remove They asked")).press("Enter")
    page.get_by_text("Removed.").wait_for()
    assert not page.get_by_text("They asked for the back door.").count()


def test_a_team_is_invited(look: Look, site: Site, shop: Shop) -> None:
    enter(look, site, shop)
    page = look.page
    page.goto(f"{site.url}/admin/{shop.id}/team")
    page.get_by_label("E-mail address").fill("lee@ridge.example")
    page.get_by_label("Support").check()
    page.get_by_role("button", name="Make a link").click()
    link = page.get_by_label("Link for lee@ridge.example").input_value()
    page.locator("summary", has_text="Support").click()
    picture(look, "team")
    look.holds()
    page.goto(site.url + link.removeprefix("https://doorstep.test"))
    picture(look, "join")
    look.holds()


def enter(look: Look, site: Site, shop: Shop) -> None:
    look.page.goto(site.url + doors.sign_in_link(shop.id).removeprefix("https://doorstep.test"))
    look.page.get_by_role("button", name="Sign in").click()
    look.page.get_by_role("navigation", name="Main").wait_for()
