"""Some orders have a page that is arranged in another way: by where they go, or by a tag."""

import re

from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from app.commerce.models import Order
from app.shops.models import Shop
from app.tracking.page.links import tracking_url
from tests import sold
from tests.journeys.admin.designing import CARE, MOVING, frame, parts, press, publish


def test_some_countries_have_a_page_of_their_own(session: Session, merchant: FlaskClient, shop: Shop) -> None:
    home, abroad = (
        tracking_url(shop, sold.order(session, shop, MOVING, ship_to={"country": it}).id)
        for it in ("US", "DE")
    )
    press(merchant, shop, "own", text=CARE)
    page = press(merchant, shop, "variants", countries="de, at")
    assert "For DE, AT" in page
    press(merchant, shop, "own", variant="1", text="Kalt waschen.")
    press(merchant, shop, "move", variant="1", moved="help", place="1")
    assert "Kalt waschen." in merchant.get(frame(merchant, shop, variant="1")).text
    assert CARE in merchant.get(frame(merchant, shop)).text
    publish(merchant, shop)
    assert (parts(merchant.get(home).text), parts(merchant.get(abroad).text)) == (
        ["items", "upd", "own", "help"],
        ["help", "items", "upd", "own"],
    )
    assert CARE in merchant.get(home).text
    assert "Kalt waschen." in merchant.get(abroad).text
    assert "“XX” is no country’s code" in press(merchant, shop, "variants", countries="XX")
    assert "Name a country or a tag." in press(merchant, shop, "variants", countries=" ", tags=" , ")
    for tags in ("x" * 41, ",".join(map(str, range(21)))):
        page = press(merchant, shop, "variants", panel="variants", countries="CH", tags=tags)
        assert "Name at most 20 tags of 40 characters each." in page
        assert f'value="{tags}"' in page
        assert "For CH" not in page
    press(merchant, shop, "variants", gone=marks(page)[0])
    publish(merchant, shop)
    assert CARE in merchant.get(abroad).text


def test_orders_with_a_tag_have_a_page_of_their_own(
    session: Session, merchant: FlaskClient, shop: Shop
) -> None:
    usual = sold.order(session, shop, MOVING, tags=["Gift"])
    other = sold.order(session, shop, MOVING, tags=["wholesale", "Gift"])
    page = press(merchant, shop, "variants", tags="Wholesale,  Trade  fair")
    assert "For Wholesale, Trade fair" in page
    press(merchant, shop, "own", variant="1", text=CARE)
    assert CARE in merchant.get(frame(merchant, shop, variant="1")).text
    publish(merchant, shop)
    assert CARE in merchant.get(tracking_url(shop, other.id)).text
    assert CARE not in merchant.get(tracking_url(shop, usual.id)).text
    session.get_one(Order, usual.id).tags = ["WHOLESALE"]
    session.commit()
    assert CARE in merchant.get(tracking_url(shop, usual.id)).text  # the kept page is drawn anew


def test_two_people_change_the_pages_of_some_orders_by_what_they_are_for(
    merchant: FlaskClient, shop: Shop
) -> None:
    """The second window was opened before the first one's page was removed, and all others moved up."""
    for tag in ("first", "second", "third"):
        page = press(merchant, shop, "variants", panel="variants", tags=tag)
    first, second, third = marks(page)
    press(merchant, shop, "variants", gone=first)
    press(merchant, shop, "own", variant="3", whose=third, text=CARE)
    assert CARE in merchant.get(frame(merchant, shop, variant="2")).text
    assert CARE not in merchant.get(frame(merchant, shop, variant="1")).text
    page = press(merchant, shop, "variants", gone=first)
    assert "Somebody else has removed that page meanwhile" in page
    assert "For second" in page
    page = press(merchant, shop, "own", variant="1", whose=first, text="Only for the first.")
    assert "Somebody else has removed that page meanwhile" in page
    press(merchant, shop, "variants", gone=second)
    for variant in ("", "1"):
        assert "Only for the first." not in merchant.get(frame(merchant, shop, variant=variant)).text


def test_what_was_for_a_page_that_is_gone_is_not_done_to_everybodys(
    merchant: FlaskClient, shop: Shop
) -> None:
    page = press(merchant, shop, "own", variant="1", text=CARE)
    assert "Somebody else has removed that page meanwhile" in page
    assert CARE not in merchant.get(frame(merchant, shop)).text


def marks(page: str) -> list[str]:
    """By what each page of some orders is removed, in their order."""
    return list(dict.fromkeys(re.findall(r'name="gone" value="(\w+)"', page)))
