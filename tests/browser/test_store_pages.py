"""What a merchant sees of what Doorstep does in their store: the switch, and what could not be done."""

import pytest
from sqlalchemy.orm import Session

from app.admin.doors import session as doors
from app.shops import calls
from app.shops.models import Shop
from tests.browser.conftest import Look, Site, picture
from tests.browser.sample_shop import shop

pytestmark = pytest.mark.browser
__all__ = ["shop"]


def test_the_switch_and_what_could_not_be_done_hold(
    look: Look, site: Site, shop: Shop, session: Session
) -> None:
    park(session, shop)
    look.page.goto(doors.sign_in_link(shop.id).replace("https://doorstep.test", site.url))
    look.page.get_by_role("button").first.click()
    look.page.get_by_role("navigation", name="Main").wait_for()
    base = f"{site.url}/admin/{shop.id}"
    see(look, f"{base}/connection/undone", "undone")
    see(look, f"{base}/store-pages", "store-pages-not-allowed")
    shop.scopes = "write_fulfillments"
    session.commit()
    see(look, f"{base}/store-pages", "store-pages-off")
    look.page.get_by_role("button", name="They are off. Tell Shopify").click()
    look.page.get_by_text("On. Your store hears of the next step").wait_for()
    see(look, f"{base}/store-pages", "store-pages-on")
    see(look, f"{base}/connection", "connection")


def park(session: Session, shop: Shop) -> None:
    for number in (1, 2):
        calls.ask(session, shop.id, "shopify.tell", f"tell:{number}", {})
        due = calls.claim(session, ["shopify.tell"])
        assert due is not None
        calls.fail(session, due, "Shopify refuses fulfillmentEvent.status", permanent=True)
    session.commit()


def see(look: Look, address: str, name: str) -> None:
    look.page.goto(address)
    picture(look, name)
    look.holds()
