"""The form of what is sold out, where one takes it back, and the merchant's page of what is waited for."""

from itertools import count

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.admin.doors import session as doors
from app.commerce import catalog
from app.commerce.models import Variant
from app.lib import clock
from app.platforms import purchases
from app.shops.install import Store, install
from app.shops.models import Shop
from app.stock import shelves, waiting
from app.vocabulary import PlatformKey
from tests.browser.conftest import Look, Site, look_at, picture
from tests.browser.sample_shop import shop

pytestmark = pytest.mark.browser
__all__ = ["shop"]

HARBOR = Store(
    platform=PlatformKey.WOOCOMMERCE, domain="harbor.example", url="https://harbor.example", name="Harbor"
)
THINGS = (("41", "Hurricane Lantern", "Coal", False), ("42", "Enamel Camp Mug", "Pine", True))


def test_asking_taking_back_and_the_demand_hold(look: Look, site: Site, shop: Shop, session: Session) -> None:
    sell(session, shop)
    page, form = look.page, f"{site.url}/back-in-stock?shop={shop.domain}&variant=41"
    page.goto(form)
    picture(look, "back-in-stock")
    look.holds()
    page.get_by_label("E-mail address").fill("ana@example.org")
    page.get_by_role("button", name="Tell me when it is back").click()
    page.get_by_text("We write to you once, as soon as it is back.").wait_for()
    look.holds()
    row = waiting.waiting(session, session.scalars(select(Variant.id).filter_by(external_id="41")).one())[-1]
    session.commit()
    mine = waiting.url(shop, row.id).replace("https://doorstep.test", site.url)
    look_at(look, mine, "waiting-mine")
    page.get_by_role("button", name="I no longer wait for it").click()
    page.get_by_role("heading", name="You no longer wait for it").wait_for()
    look.holds()
    other = install(session, HARBOR)
    session.commit()
    for number in (other.id, shop.id):
        page.goto(doors.sign_in_link(number).replace("https://doorstep.test", site.url))
        page.get_by_role("button").first.click()
        page.get_by_role("navigation", name="Main").wait_for()
    page.goto(f"{site.url}/admin/{shop.id}/flows")
    page.get_by_role("link", name="Who waits for what").click()
    page.get_by_text("shoppers wait for 2 things").wait_for()
    picture(look, "waiting")
    look.holds()
    page.goto(f"{site.url}/admin")
    page.get_by_role("link", name="Connect a store").wait_for()
    picture(look, "stores")
    look.holds()


def sell(session: Session, shop: Shop) -> None:
    """Let the shop have two things that people wait for, one of them there by a cancelled order."""
    at, people = clock.now(), count(1)
    for ident, title, kind, is_there in THINGS:
        gone = purchases.Variant(
            external_id=ident, product_id=f"9{ident}", updated_at=at, title=kind, in_stock=False, item=ident
        )
        catalog.keep(
            session,
            shop.id,
            purchases.Product(external_id=f"9{ident}", updated_at=at, title=title, variants=(gone,)),
        )
        shelves.keep_variants(session, shop.id, [gone])
        variant_id = session.scalars(select(Variant.id).filter_by(external_id=ident)).one()
        for number in range(3 - 2 * is_there):
            asked = waiting.Asked(address=f"{next(people)}{number}@example.org", wording="Yes", source="page")
            waiting.ask(session, shop, variant_id, asked)
        for place, sells_online, quantity in (("1", True, int(is_there)), ("2", False, 7)):
            shelves.keep_location(
                session, shop.id, purchases.Location(external_id=place, sells_online=sells_online)
            )
            level = purchases.StockLevel(item=ident, location_id=place, quantity=quantity, updated_at=at)
            shelves.keep_level(session, shop.id, level)
    session.commit()
