"""One color, a logo and contact make a brand, by hand or out of the store's theme; nothing typed runs."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session
from werkzeug import Response

from app.lib import http
from app.shops import brand as brands
from app.shops.models import Shop
from app.tracking.page import designs
from app.tracking.page.links import tracking_url
from jobs import sync
from tests import sold
from tests.demo.wsgi import Wsgi
from tests.journeys.admin.conftest import token
from tests.journeys.admin.designing import EVIL, MOVING, frame, press, publish


def test_one_color_makes_the_brand_and_its_contrast_is_told(
    session: Session, merchant: FlaskClient, shop: Shop
) -> None:
    page = press(merchant, shop, "brand", color="#ffd400", name="Ridge", logo_url="https://r.example/l.png")
    assert "Color as text, darkened for you" in page
    assert re.search(r"\d+\.\d : 1", page)
    press(merchant, shop, "brand", panel="contact", postal_address="1 Main St", support_email="a@r.example")
    shown = merchant.get(frame(merchant, shop)).text
    assert "--brand:#ffd400" in shown
    assert 'src="https://r.example/l.png"' in shown
    assert "1 Main St" in shown
    session.expire_all()
    assert brands.of(session.get_one(Shop, shop.id)).color != "#ffd400"
    publish(merchant, shop)
    session.expire_all()
    look = brands.of(session.get_one(Shop, shop.id))
    assert (look.color, look.name, look.postal_address) == ("#ffd400", "Ridge", "1 Main St")
    assert "/brand/ffd400.css" in merchant.get(tracking_url(shop, sold.order(session, shop, MOVING).id)).text


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ({"color": "blue"}, "A color is six digits"),
        ({"color": "#12345g"}, "A color is six digits"),
        ({"logo_url": "http://r.example/l.png"}, "An address begins with https://."),
        ({"logo_url": "javascript:alert(1)"}, "An address begins with https://."),
        ({"name": "x" * 301}, "Keep it under 300 characters."),
        ({"panel": "contact", "support_email": "nobody"}, "This is no e-mail address."),
        ({"panel": "contact", "help_url": "data:text/html,x"}, "An address begins with https://."),
    ],
)
def test_what_cannot_be_a_brand_is_refused_beside_its_field(
    merchant: FlaskClient, shop: Shop, session: Session, form: dict[str, str], said: str
) -> None:
    page = press(merchant, shop, "brand", **form)
    assert said in page
    assert 'aria-invalid="true"' in page
    session.expire_all()
    assert designs.row_of(session, shop.id).step == 0  # type: ignore[union-attr] # made by asking


def test_nothing_that_is_typed_becomes_part_of_a_page(
    session: Session, merchant: FlaskClient, shop: Shop
) -> None:
    brand = {"name": EVIL, "logo_url": f"https://r.example/{EVIL}"}
    contact = {"legal_name": EVIL, "postal_address": EVIL, "help_url": f"https://r.example/{EVIL}"}
    contact |= {"privacy_url": f"https://r.example/{EVIL}"}
    data = {"csrf": token(merchant)}
    path = f"/admin/{shop.id}/page"
    answers = [
        merchant.post(f"{path}/brand", data={**data, **brand}, follow_redirects=True),
        merchant.post(f"{path}/brand", data={**data, "panel": "contact", **contact}, follow_redirects=True),
        merchant.post(f"{path}/brand", data={**data, "color": EVIL}, follow_redirects=True),
        merchant.post(
            f"{path}/own", data={**data, "heading": EVIL[:80], "text": EVIL}, follow_redirects=True
        ),
        merchant.post(f"{path}/own", data={**data, "products": EVIL}, follow_redirects=True),
        merchant.post(f"{path}/variants", data={**data, "countries": EVIL}, follow_redirects=True),
        merchant.get(
            path, query_string=dict.fromkeys(("panel", "section", "moment", "screen", "said"), EVIL)
        ),
        merchant.get(frame(merchant, shop)),
    ]
    publish(merchant, shop)
    answers += [
        merchant.get(path),
        merchant.get(tracking_url(shop, sold.order(session, shop, MOVING).id)),
    ]
    for answer in answers:
        assert answer.status_code == 200
        assert "<script>alert" not in answer.text
        assert "<img src=x" not in answer.text


@contextmanager
def saying(shop: Shop, page: str, status: int = 200) -> Iterator[None]:
    """Let the store's first page be this."""
    host = urlsplit(shop.url).hostname or ""
    http.play(host, Wsgi(Response(page, status, mimetype="text/html")))
    yield
    http.play(host, None)


def test_the_look_of_the_stores_theme_is_found_and_taken_over(
    merchant: FlaskClient, shop: Shop, session: Session
) -> None:
    page = press(merchant, shop, "theme")
    assert "We are looking at" in page
    logo = '<link rel="apple-touch-icon" href="/logo.png">'
    with saying(shop, f"<meta name='theme-color' content='#a8401b'>{logo}{EVIL}"):
        sync.run()
    page = merchant.get(f"/admin/{shop.id}/page").text
    assert "#a8401b" in page
    press(merchant, shop, "theme", take="yes")
    shown = merchant.get(frame(merchant, shop)).text
    assert "--brand:#a8401b" in shown
    assert f'src="{shop.url}/logo.png"' in shown
    session.expire_all()
    assert brands.of(session.get_one(Shop, shop.id)).logo_url is None


def test_a_store_that_does_not_answer_or_says_nothing_is_told_of(merchant: FlaskClient, shop: Shop) -> None:
    press(merchant, shop, "theme")
    with saying(shop, "", 404):
        sync.run()
    assert "first page could not be read" in merchant.get(f"/admin/{shop.id}/page").text
    press(merchant, shop, "theme")
    with saying(shop, "<p>Closed"):
        sync.run()
    assert "names neither a color nor a logo" in merchant.get(f"/admin/{shop.id}/page").text
