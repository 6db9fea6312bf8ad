"""Pressing the buttons of the designer of the tracking page."""

import re
from html import unescape
from urllib.parse import urlsplit

from flask.testing import FlaskClient

from app.shops.models import Shop
from app.vocabulary import ShipmentStatus as S
from tests.journeys.admin.conftest import token
from tests.journeys.admin.writing import seen
from tests.sold import Sent

MOVING = Sent(scans=((S.IN_TRANSIT, -2, None, "Denver"),))
LOST = Sent(scans=((S.EXCEPTION, -2, "lost", "Denver"),))
ARRIVED = Sent(scans=((S.DELIVERED, -2, None, "Denver"),))
CARE = "Wash it cold."
EVIL = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>"


def press(merchant: FlaskClient, shop: Shop, what: str, **form: str) -> str:
    if what == "publish":
        form = {"seen": seen(merchant, f"/admin/{shop.id}/page"), **form}
    answer = merchant.post(
        f"/admin/{shop.id}/page/{what}", data={"csrf": token(merchant), **form}, follow_redirects=True
    )
    assert answer.status_code == 200
    return unescape(answer.text)


def publish(merchant: FlaskClient, shop: Shop) -> None:
    assert "Every page looks like this from now on." in press(merchant, shop, "publish")


def parts(page: str) -> list[str]:
    """The parts of a page by what names them, in order."""
    return [name for name in re.findall(r'<section [^>]*aria-labelledby="(\w+)-h"', page) if name != "ask"]


def frame(merchant: FlaskClient, shop: Shop, **query: str) -> str:
    page = merchant.get(f"/admin/{shop.id}/page", query_string=query).text
    found = re.search(r'<iframe [^>]*sandbox[^>]* src="([^"]+)"', page)
    assert found
    return urlsplit(unescape(found[1])).path
