"""The form of a review, what becomes of it, and where the merchant reads it."""

import re
from io import BytesIO

import pytest
from PIL import Image
from sqlalchemy.orm import Session

from app.admin.doors import session as doors
from app.reviews.links import token_of
from app.vocabulary import ShipmentStatus as S
from tests import sold
from tests.browser.conftest import Look, Site, look_at, picture
from tests.sold import MUG, SHIRT, Sent

pytestmark = pytest.mark.browser
ARRIVED = Sent(scans=((S.DELIVERED, -1, None, "Boulder"),))
ITEMS = ({**SHIRT, "product_external_id": "71"}, {**MUG, "product_external_id": "72"})


def test_a_shopper_reviews_a_thing_and_the_merchant_reads_it(
    look: Look, site: Site, session: Session
) -> None:
    shop = sold.shop(session)
    order = sold.order(session, shop, ARRIVED, items=ITEMS, is_fulfilled=True, state="placed", total=16400)
    page = look.page
    look_at(look, f"{site.url}/review/{token_of(order.id)}", "reviews")
    page.get_by_role("link", name="Write a review Merino Overshirt").click()
    page.get_by_role("heading", name="How do you like it?").wait_for()
    picture(look, "review-empty")
    look.holds()
    page.get_by_label("4 stars").check(force=True)
    page.get_by_label("What should others know?").fill("Warm without being heavy. The sleeves run long.")
    shot = BytesIO()
    Image.new("RGB", (900, 1200), "#3a6b52").save(shot, "JPEG")
    page.get_by_label("Photos").set_input_files(
        {"name": "shirt.jpg", "mimeType": "image/jpeg", "buffer": shot.getvalue()}
    )
    picture(look, "review-filled")
    page.get_by_role("button", name="Publish my review").click()
    page.get_by_role("heading", name="Thank you for your review").wait_for()
    look_at(look, page.url, "review-said")
    page.get_by_role("link", name="Change it").click()
    page.get_by_label("Remove Your photo 1").wait_for()
    picture(look, "review-change")
    look.holds()
    page.goto(site.url + re.sub(r"^https?://[^/]+", "", doors.sign_in_link(shop.id)))
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("navigation", name="Main").wait_for()
    page.goto(f"{site.url}/admin/{shop.id}/reviews")
    page.get_by_text("Warm without being heavy.").wait_for()
    page.get_by_text("Hide…").click()
    picture(look, "reviews-to-read")
    look.holds()
    page.locator("summary", has_text="Answer").click()
    page.get_by_label("Your answer").fill("Thank you, Ana. We cut them shorter now.")
    page.get_by_role("button", name="Send answer").click()
    page.get_by_text("Answered.").wait_for()
    page.get_by_role("button", name="Publish").click()
    page.get_by_text("Published. ").or_(page.get_by_text("Published.", exact=True)).first.wait_for()
    page.get_by_role("link", name="Published 1").click()
    page.get_by_text("4 stars", exact=True).wait_for()
    picture(look, "reviews-published")
    look.holds()
    page.goto(f"{site.url}/admin/{shop.id}/reviews/where")
    picture(look, "reviews-where")
    look.holds()
    page.goto(f"{site.url}/review/{token_of(order.id)}")
    page.get_by_role("link", name="Show my review Merino Overshirt").click()
    page.get_by_text("We cut them shorter now.").wait_for()
    look_at(look, page.url, "review-answered")
