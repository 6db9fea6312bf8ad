"""A merchant hides places, and the shopper's page, though it was kept, no longer tells them."""

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from app.lib.db import transaction
from app.shops.models import Shop
from app.tracking.page.links import gift_url, tracking_url
from app.vocabulary import ShipmentStatus as S
from tests import sold
from tests.journeys.admin.conftest import token
from tests.sold import Sent

SCANS = (
    (S.PICKED_UP, -30, None, "SHENZHEN"),
    (S.IN_TRANSIT, -9, None, "SHENZHEN"),
    (S.IN_TRANSIT, -2, None, "Denver"),
)


def test_what_is_hidden_leaves_every_kept_page(
    session: Session, merchant: FlaskClient, shop: Shop, other_shop: Shop
) -> None:
    text = "Left facility of Acme Ltd"
    orders = [sold.order(session, of, Sent(scans=SCANS, text=text)).id for of in (shop, other_shop)]
    pages = [tracking_url(shop, orders[0]), gift_url(shop, orders[0])]
    for page in pages:
        assert "Scanned in Shenzhen" in merchant.get(page).text
    hide(merchant, shop, "Shenzhen\r\n\r\n acme  ltd ")
    for page in pages:
        told = merchant.get(page).text
        assert "shenzhen" not in told.casefold()
        assert "Acme" not in told
        assert "Scanned in Denver" in told
        assert "UPS picked it up" in told
    assert "Scanned in Shenzhen" in merchant.get(tracking_url(other_shop, orders[1])).text
    hide(merchant, shop, "")
    assert "Scanned in Shenzhen" in merchant.get(pages[0]).text


def test_what_was_saved_is_shown(merchant: FlaskClient, shop: Shop) -> None:
    page = hide(merchant, shop, "Shenzhen\nShenzhen\n<b>Acme")
    assert "Saved." in page
    assert "Shenzhen\n&lt;b&gt;Acme</textarea>" in page


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("a", "too short"),
        ("!!!!", "too short"),
        ("x" * 61, "too long"),
        ("\n".join(f"town {i}" for i in range(51)), "Keep at most 50"),
    ],
)
def test_what_makes_no_sense_is_refused(merchant: FlaskClient, shop: Shop, typed: str, said: str) -> None:
    page = hide(merchant, shop, typed)
    assert said in page
    assert typed in page
    assert "Saved." not in page
    with transaction() as session:
        assert "hidden_words" not in session.get_one(Shop, shop.id).settings


def hide(merchant: FlaskClient, shop: Shop, words: str) -> str:
    data = {"words": words, "csrf": token(merchant)}
    return merchant.post(f"/admin/{shop.id}/hidden", data=data, follow_redirects=True).text
