"""A merchant arranges the tracking page, and every page, though it was kept, is so from then on."""

import re

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from app.commerce.models import Product
from app.lib.db import transaction
from app.shops.models import Shop
from app.tracking.links import gift_url, tracking_url
from app.vocabulary import ShipmentStatus as S
from tests import sold
from tests.journeys.admin.conftest import token
from tests.sold import Sent

MOVING = Sent(scans=((S.IN_TRANSIT, -2, None, "Denver"),))
LOST = Sent(scans=((S.EXCEPTION, -2, "lost", "Denver"),))
ARRIVED = Sent(scans=((S.DELIVERED, -2, None, "Denver"),))
CARE = "Wash it cold."


def arrange(merchant: FlaskClient, shop: Shop, **form: str) -> str:
    said = merchant.post(
        f"/admin/{shop.id}/page", data={"csrf": token(merchant), **form}, follow_redirects=True
    )
    return said.text


def parts(page: str) -> list[str]:
    """The parts of a page by what names them, in order."""
    return [name for name in re.findall(r'<section [^>]*aria-labelledby="(\w+)-h"', page) if name != "ask"]


def test_parts_change_places_on_every_kept_page_of_the_shop_alone(
    session: Session, merchant: FlaskClient, shop: Shop, other_shop: Shop
) -> None:
    pages = [tracking_url(of, sold.order(session, of, MOVING).id) for of in (shop, other_shop)]
    for page in pages:
        assert parts(merchant.get(page).text) == ["items", "upd", "help"]
    said = arrange(merchant, shop, **{"place-updates": "1"}, text=CARE)
    assert "Saved." in said
    assert parts(merchant.get(pages[0]).text) == ["upd", "items", "own", "help"]
    assert parts(merchant.get(pages[1]).text) == ["items", "upd", "help"]
    arrange(merchant, shop, **{"place-help": "1", "when-items": "never"}, text=CARE)
    assert parts(merchant.get(pages[0]).text) == ["help", "upd", "own"]


def test_the_own_part_is_shown_in_the_chosen_states_to_receivers_too(
    session: Session, merchant: FlaskClient, shop: Shop
) -> None:
    orders = [sold.order(session, shop, it).id for it in (MOVING, LOST, ARRIVED)]
    seen = {}
    for when in ("always", "calm", "before", "after", "never"):
        arrange(merchant, shop, **{"when-own": when}, text=CARE)
        seen[when] = [CARE in merchant.get(tracking_url(shop, order)).text for order in orders]
    assert seen == {
        "always": [True, True, True],
        "calm": [True, False, True],
        "before": [True, True, False],
        "after": [False, False, True],
        "never": [False, False, False],
    }
    arrange(merchant, shop, text=CARE)
    assert CARE in merchant.get(gift_url(shop, orders[0])).text


def test_the_question_after_a_delivery_can_be_hidden_and_help_stays(
    session: Session, merchant: FlaskClient, shop: Shop
) -> None:
    page = tracking_url(shop, sold.order(session, shop, ARRIVED).id)
    assert "How did the delivery go?" in merchant.get(page).text
    arrange(merchant, shop, **{"when-feedback": "never"})
    hidden = merchant.get(page).text
    assert "How did the delivery go?" not in hidden
    assert "I do not have it" in hidden


def test_own_words_can_do_nothing_and_own_products_are_the_shops(
    session: Session, merchant: FlaskClient, shop: Shop, other_shop: Shop
) -> None:
    for of, title in ((shop, "Wool Wash"), (other_shop, "Other Soap")):
        session.add(
            Product(shop_id=of.id, external_id=title, title=title, url=f"https://{of.domain}/{title[:4]}")
        )
    session.commit()
    said = arrange(
        merchant,
        shop,
        heading="Care <guide>",
        text='Read <a href="https://a.example/" onclick="x()">this</a><script>alert(1)</script> {{ shop }}',
        products="wool wash\n",
    )
    assert "Saved." in said
    page = merchant.get(tracking_url(shop, sold.order(session, shop, MOVING).id)).text
    assert "Care &lt;guide&gt;" in page
    assert '<a href="https://a.example/" rel="noopener noreferrer">this</a> {{ shop }}' in page
    assert "alert(1)" not in page
    assert f'<a href="https://{shop.domain}/Wool">' in page
    refused = arrange(merchant, shop, heading="Kept", text=CARE, products="Other Soap")
    assert "We know no product “Other Soap”" in refused
    assert "Kept" in refused
    assert CARE in refused


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ({"heading": "x" * 81}, "Keep the heading under"),
        ({"text": "x" * 2001}, "Keep the text under"),
        ({"products": "a\nb\nc\nd\ne"}, "Keep at most 4"),
    ],
)
def test_too_much_is_refused_and_nothing_is_lost(
    merchant: FlaskClient, shop: Shop, form: dict[str, str], said: str
) -> None:
    page = arrange(merchant, shop, **form)
    assert said in page
    (typed,) = form.values()
    assert typed in page
    with transaction() as session:
        assert "sections" not in session.get_one(Shop, shop.id).settings


def test_strange_places_and_times_are_as_usual(session: Session, merchant: FlaskClient, shop: Shop) -> None:
    arrange(merchant, shop, **{"place-items": "x", "place-help": "-99999999999999999999", "when-items": "!"})
    page = merchant.get(tracking_url(shop, sold.order(session, shop, MOVING).id)).text
    assert parts(page) == ["help", "items", "upd"]
