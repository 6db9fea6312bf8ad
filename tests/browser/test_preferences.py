"""The page behind every mail's last link, before and after its button."""

import pytest
from sqlalchemy.orm import Session

from app.lib import clock
from app.messages import links
from app.messages.models import Message
from app.vocabulary import Category, Medium, Trigger
from tests import sold
from tests.browser.conftest import Look, Site

pytestmark = pytest.mark.browser


def test_the_page_holds_before_and_after(session: Session, site: Site, look: Look) -> None:
    shop = sold.shop(session)
    message = Message(
        shop_id=shop.id,
        key="order-1:shipped:1:email",
        trigger=Trigger.SHIPPED,
        medium=Medium.EMAIL,
        category=Category.TRANSACTIONAL,
        shipment_ids=[],
        occasion_at=clock.now(),
        to="ana.moreno@example.org",
        rfc_id="<1@doorstep.test>",
        due_at=clock.now(),
        created_at=clock.now(),
    )
    session.add(message)
    session.commit()
    token = links.preferences_url(shop.id, message.id).partition("/u/")[2]
    look.page.goto(f"{site.url}/u/{token}")
    look.holds()
    look.page.get_by_role("button", name="Stop delivery updates").click()
    look.page.get_by_role("heading", name="No more delivery updates").wait_for()
    look.holds()
    look.page.get_by_role("button", name="Send them again").click()
    look.page.get_by_role("heading", name="You get our delivery updates").wait_for()
