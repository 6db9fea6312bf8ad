"""What a merchant sees of those who are told: who there are, what each was told, and how it went."""

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.admin.doors import session as doors
from app.commerce.models import Order
from app.hooks import accounts
from app.hooks.models import OffBecause
from app.lib import clock
from app.shops import calls
from app.shops.calls import Outcome
from app.shops.models import Call, Shop
from tests.browser.conftest import Look, Site, picture
from tests.browser.sample_shop import shop

pytestmark = pytest.mark.browser
__all__ = ["shop"]


def test_who_is_told_and_what_each_was_told_hold(
    look: Look, site: Site, shop: Shop, session: Session
) -> None:
    told(session, shop)
    look.page.goto(doors.sign_in_link(shop.id).replace("https://doorstep.test", site.url))
    look.page.get_by_role("button").first.click()
    look.page.get_by_role("navigation", name="Main").wait_for()
    base = f"{site.url}/admin/{shop.id}"
    see(look, f"{base}/services", "services")
    look.page.locator("#klaviyo summary").click()
    picture(look, "services-adding")
    look.holds()
    look.page.get_by_role("link", name="Webhook").click()
    look.page.get_by_text("2 tries").click()
    picture(look, "service")
    look.holds()
    see(look, f"{base}/store-consent", "store-consent-not-allowed")
    shop.scopes = "write_customers"
    session.commit()
    see(look, f"{base}/store-consent", "store-consent-off")


def told(session: Session, shop: Shop) -> None:
    """Let a server take one thing at the second try, leave another, and a help desk refuse its key."""
    everyone = accounts.everyone()
    webhook = accounts.add(
        session, shop, everyone["webhook"], {"url": "https://erp.ridge.example/in"}, ("order.placed",)
    )
    keys = {"subdomain": "ridge", "email": "agent@ridge.example", "token": "t"}
    desk = accounts.add(session, shop, everyone["zendesk"], keys, ("case.opened",))
    order_id = session.scalars(select(Order.id).order_by(Order.id)).first()
    for number, status in ((1, 200), (2, 503)):
        about = {"hook": webhook.id, "told": {"id": f"evt_{number}"}}
        key = f"hook:{webhook.id}:evt_{number}"
        calls.ask(session, shop.id, calls.TELL, key, about, order_id=order_id, line=webhook.line)
        due = calls.claim(session, [calls.TELL])
        assert due is not None
        calls.fail(session, due, "it answers 503", tried=tried(503))
        if status == 200:
            session.execute(update(Call).filter_by(key=key).values(due_at=clock.now()))
            again = calls.claim(session, [calls.TELL])
            assert again is not None
            calls.end(session, again, Outcome(tried=tried(200), keeps=True))
    accounts.went_well(session, webhook.id)
    accounts.went_wrong(session, desk.id, "it answers 401", OffBecause.REFUSED)
    session.commit()


def tried(status: int) -> dict[str, object]:
    answer = '{"ok": true}' if status == 200 else "<h1>503 Service Unavailable</h1>"
    return {"at": clock.now().isoformat(), "status": status, "answer": answer, "ms": 214}


def see(look: Look, address: str, name: str) -> None:
    look.page.goto(address)
    picture(look, name)
    look.holds()
