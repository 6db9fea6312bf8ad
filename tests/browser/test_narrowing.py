"""A merchant narrows a list to a carrier, and reads what is wrong with a form beside its field."""

import pytest
from sqlalchemy.orm import Session

from app.admin.doors import session as doors
from app.shops.models import Shop
from tests.browser.conftest import Look, Site, picture
from tests.browser.sample_shop import shop

pytestmark = pytest.mark.browser
__all__ = ["shop"]


def test_a_list_is_narrowed_and_wide_again(look: Look, site: Site, shop: Shop, session: Session) -> None:
    session.commit()
    page = look.page
    page.goto(doors.sign_in_link(shop.id).replace("https://doorstep.test", site.url))
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("navigation", name="Main").wait_for()
    page.goto(f"{site.url}/admin/{shop.id}/shipments")
    everything = page.locator("tbody tr").count()
    page.get_by_text("Filter", exact=True).press("Enter")
    page.get_by_label("UPS", exact=True).press("Space")
    picture(look, "shipments-filter")
    look.holds()
    page.get_by_role("button", name="Show these").press("Enter")
    tag = page.get_by_role("link", name="No longer only UPS")
    tag.wait_for()
    assert 0 < page.locator("tbody tr").count() < everything
    assert "carrier=ups" in (page.get_by_role("link", name="Delivered").first.get_attribute("href") or "")
    picture(look, "shipments-filtered")
    look.holds()
    tag.press("Enter")
    page.get_by_role("group", name="Active filters").wait_for(state="detached")
    assert page.locator("tbody tr").count() == everything
    page.goto(f"{site.url}/admin/{shop.id}/exceptions?carrier=ups")
    page.get_by_label("Select #2417").check()
    page.keyboard.press("End")  # amid the list the bar lies over half a row
    picture(look, "exceptions-selected")
    look.holds()
    page.get_by_role("button", name="Done with them").click()
    page.get_by_text("Done with 1 parcel.").wait_for()
    assert "carrier=ups" in page.url
    picture(look, "exceptions-done-with")
    look.holds()
    page.get_by_role("button", name="Undo").click()
    page.get_by_text("Back in the list.").wait_for()


def test_what_is_wrong_stands_beside_its_field(look: Look, site: Site, shop: Shop, session: Session) -> None:
    session.commit()
    page = look.page
    page.goto(doors.sign_in_link(shop.id).replace("https://doorstep.test", site.url))
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("navigation", name="Main").wait_for()
    page.goto(f"{site.url}/admin/{shop.id}/texts")
    page.locator("summary", has_text="Twilio").click()
    form = page.locator("#twilio form").first
    form.get_by_label("Account SID").fill("AC01")
    form.get_by_label("Auth token").fill("hush")
    form.get_by_label("Sender").fill("a name that is too long")
    form.get_by_role("button", name="Connect Twilio").click()
    sender = page.locator("#twilio-sender")
    sender.wait_for()
    assert sender.get_attribute("aria-invalid") == "true"
    assert sender.input_value() == "a name that is too long"
    assert page.get_by_label("Account SID").input_value() == "AC01"
    picture(look, "texts-wrong")
    look.holds()
