"""Whether shoppers would recommend the shop, what keeps them away, and where the merchant reads it."""

import re

import pytest
from sqlalchemy.orm import Session

from app.admin.doors import session as doors
from app.lib import clock
from app.messages.letters import links
from app.messages.models import Message
from app.shops.models import Shop
from app.vocabulary import Category, Medium, Trigger
from app.vocabulary import ShipmentStatus as S
from tests import sold
from tests.browser.conftest import Look, Site, look_at, picture
from tests.sold import Sent

pytestmark = pytest.mark.browser
ARRIVED = Sent(scans=((S.DELIVERED, -50, None, "Boulder"),))


def asked(session: Session, shop: Shop, trigger: Trigger, order_id: int) -> str:
    """Return the path of a question that was mailed."""
    now = clock.now()
    message = Message(
        shop_id=shop.id,
        key=f"order-{order_id}:{trigger}:1:email",
        trigger=trigger,
        medium=Medium.EMAIL,
        category=Category.MARKETING,
        order_id=order_id,
        to="ana.moreno@shopper.example",
        rfc_id=f"<{trigger}@doorstep.test>",
        occasion_at=now,
        due_at=now,
        created_at=now,
    )
    session.add(message)
    session.commit()
    return re.sub(r"^https?://[^/]+", "", links.survey_url(shop.id, message.id))


def test_shoppers_answer_and_the_merchant_reads_it(look: Look, site: Site, session: Session) -> None:
    shop, page = sold.shop(session), look.page
    order = sold.order(session, shop, ARRIVED, is_fulfilled=True, state="placed")
    question = asked(session, shop, Trigger.CHECK_IN, order.id)
    look_at(look, site.url + question, "check-in")
    look_at(look, f"{site.url}{question}?score=9", "check-in-tapped")
    page.get_by_role("button", name="Send 9").click()
    page.get_by_role("heading", name="Thank you for telling us").wait_for()
    page.get_by_label("In your words").fill("The box was a little large, else fine.")
    picture(look, "check-in-said")
    look.holds()
    page.get_by_role("button", name="Send").click()
    page.get_by_text("The shop has your words.").wait_for()
    page.goto(site.url + asked(session, shop, Trigger.LAPSED_SURVEY, order.id))
    picture(look, "lapsed")
    look.holds()
    page.get_by_role("button", name="Send").click()
    page.get_by_text("Choose one, or write a few words.").wait_for()
    look.errors.clear()  # a browser tells of every form that is answered with what is missing
    page.get_by_label("It costs too much.").check()
    page.get_by_role("button", name="Send").click()
    page.get_by_text("Your answer is here").wait_for()
    page.goto(site.url + re.sub(r"^https?://[^/]+", "", doors.sign_in_link(shop.id)))
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("navigation", name="Main").wait_for()
    page.goto(f"{site.url}/admin/{shop.id}/answers")
    page.get_by_text("The box was a little large").wait_for()
    page.get_by_role("rowheader", name="It costs too much.").wait_for()
    picture(look, "answers")
    look.holds()
