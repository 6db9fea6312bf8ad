"""A parcel in the merchant's hands, many written to at once, and the settings: looked at in every way."""

from datetime import timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.commerce.models import Order
from app.lib import clock
from app.messages.models import Message
from app.shops.models import Shop
from app.tracking.models import Shipment
from app.vocabulary import MessageState, Trigger
from jobs import sync
from tests.browser.conftest import Look, Site, picture
from tests.browser.sample_shop import empty_shop, shop
from tests.browser.test_home import enter, pytestmark

__all__ = ["empty_shop", "pytestmark", "shop"]


def test_a_parcel_is_steered_and_many_are_written_to(
    look: Look, site: Site, shop: Shop, session: Session
) -> None:
    session.execute(update(Order).values(email="ana@example.com"))
    thanks = session.scalars(select(Message).where(Message.shop_id == shop.id)).first()
    parcel = session.scalars(select(Shipment).filter_by(number="1Z999AA10123471120")).one()
    assert thanks is not None
    thanks.trigger, thanks.state, thanks.order_id = Trigger.SHIPPED, MessageState.SENT, parcel.order_id
    thanks.shipment_ids, thanks.sent_at = [parcel.id], clock.now() - timedelta(days=2)
    session.commit()
    enter(look, site, shop)
    page, here = look.page, f"{site.url}/admin/{shop.id}"
    page.goto(f"{here}/shipments/{parcel.id}")
    page.get_by_text("Set it yourself").click()
    page.get_by_label("It is").select_option("delivered")
    page.get_by_label("Why", exact=True).fill("The neighbor at number 7 has it")
    picture(look, "shipment-status")
    look.holds()
    page.get_by_role("button", name="Set", exact=True).click()
    page.get_by_text("sign-in link set it to “Delivered”").wait_for()
    page.get_by_role("button", name="Ask now").click()
    page.get_by_role("status").wait_for()
    picture(look, "shipment-set")
    look.holds()
    page.get_by_role("navigation", name="Show").get_by_role("link", name="Messages").click()
    page.get_by_role("link", name="Send again… Mail sent").first.click()
    page.get_by_role("heading", name="Send “Shipped” again?").wait_for()
    picture(look, "again")
    look.holds()
    page.goto(f"{here}/shipments/{parcel.id}/told")
    picture(look, "told")
    look.holds()
    write_to_three(look, here)


def write_to_three(look: Look, here: str) -> None:
    """Tick three parcels, write to their shoppers, and watch it go."""
    page = look.page
    page.goto(f"{here}/shipments")
    picture(look, "shipments-select")
    look.holds()
    for name in ("#2431", "#2452", "#2467"):
        page.get_by_role("checkbox", name=f"Select {name}").check()
    picture(look, "shipments-selected")
    look.holds()
    page.get_by_role("button", name="Write to the selected…").click()
    page.get_by_label("Subject").fill("Snow on I-70")
    page.get_by_label("What you want to tell them").fill(
        "Your parcel is held by snow.\n\nIt goes on tomorrow."
    )
    picture(look, "bulletin")
    look.holds()
    page.get_by_role("button", name="Look who gets it").click()
    page.get_by_role("heading", name="3 mails go out").wait_for()
    picture(look, "bulletin-who")
    look.holds()
    page.get_by_role("button", name="Send 3 mails").click()
    page.get_by_text("It goes on by itself").wait_for()
    picture(look, "bulletin-going")
    look.holds()
    sync.run()
    page.get_by_role("link", name="Look again").first.click()
    page.get_by_role("heading", name="What became of it").wait_for()
    picture(look, "bulletin-done")
    look.holds()


def test_settings_are_found_changed_and_taken_along(look: Look, site: Site, shop: Shop) -> None:
    enter(look, site, shop)
    page, here = look.page, f"{site.url}/admin/{shop.id}"
    page.goto(f"{here}/settings")
    picture(look, "settings")
    look.holds()
    page.get_by_text("Advanced").click()
    picture(look, "settings-all")
    look.holds()
    page.get_by_role("link", name="Offers: when and how many").click()
    page.get_by_label("Send from").fill("08:00")
    page.get_by_role("button", name="Save").click()
    page.get_by_role("link", name="Use 9:00 am to 8:00 pm").click()
    assert page.evaluate("document.activeElement.id") == "opens"
    picture(look, "offers-wrong")
    look.holds()
    page.get_by_label("Send from").fill("10:00")
    page.get_by_role("button", name="Save").click()
    page.get_by_text("Saved. It holds for what waits as well.").wait_for()
    look.holds()
    page.goto(f"{here}/settings/keys")
    page.get_by_label("What will use it").fill("Our warehouse")
    page.get_by_role("button", name="Make a key").click()
    assert page.get_by_label("The new key").input_value().startswith("dsk_")
    picture(look, "keys")
    look.holds()
    page.goto(f"{here}/settings/keeping")
    page.get_by_role("link", name="Choose… 2 years").click()
    page.get_by_text("Keep shoppers for 2 years?").wait_for()
    picture(look, "keeping")
    look.holds()
    page.goto(f"{here}/settings/everything")
    with page.expect_download() as taken:
        page.get_by_role("link", name="Download everything").click()
    assert taken.value.suggested_filename.startswith("everything-")
    picture(look, "everything")
    look.holds()
    page.goto(f"{here}/settings/delete")
    page.get_by_role("button", name="Delete Ridge & Pine for good").click()
    page.get_by_text("Type Ridge & Pine, as it stands above.").wait_for()
    picture(look, "delete")
    look.holds()
