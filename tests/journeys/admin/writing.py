"""Pressing the buttons of the message editor."""

import re
from html import unescape
from urllib.parse import urlsplit

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from app.messages.documents.document import Document
from app.messages.wording import publishing, versions
from app.shops.models import Shop
from app.vocabulary import Trigger
from tests.journeys.admin.conftest import token

SHIPPED = Trigger.SHIPPED
EVIL = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>"


@pytest.fixture
def path(shop: Shop) -> str:
    return f"/admin/{shop.id}/wording/shipped"


@pytest.fixture
def written(session: Session, shop: Shop) -> None:
    """A short draft with two blocks."""
    blocks = [{"kind": "heading", "text": "One"}, {"kind": "text", "text": "Two"}]
    publishing.save(session, shop.id, SHIPPED, {"subject": "Hi", "blocks": blocks})
    session.commit()


def press(merchant: FlaskClient, path: str, what: str, **form: str) -> str:
    if what == "publish":
        form = {"seen": seen(merchant, path), **form}
    answer = merchant.post(f"{path}/{what}", data={"csrf": token(merchant), **form}, follow_redirects=True)
    assert answer.status_code == 200
    return unescape(answer.text)


def seen(merchant: FlaskClient, path: str) -> str:
    """What the form to publish says was looked at; empty: there is no such form."""
    found = re.search(r'name="seen" value="(\w+)"', merchant.get(path).text)
    return found[1] if found else ""


def was(page: str) -> str:
    """What a form says it was made of."""
    found = re.search(r'name="was" value="(\w+)"', page)
    assert found
    return found[1]


def draft(session: Session, shop: Shop, trigger: Trigger = SHIPPED) -> Document:
    session.expire_all()
    return versions.draft(session, shop.id, trigger)


def ids(document: Document) -> list[str]:
    return [block.id for block in document.blocks]


def frame(page: str) -> str:
    found = re.search(r'<iframe [^>]*sandbox[^>]* src="([^"]+)"', page)
    assert found
    return urlsplit(unescape(found[1])).path


def sent(merchant: FlaskClient, path: str, what: str, **form: str) -> str:
    return merchant.post(f"{path}/{what}", data={"csrf": token(merchant), **form}, follow_redirects=True).text
