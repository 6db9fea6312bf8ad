"""Two shops with a row in every table, and who may come into the first."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask import session as cookie
from sqlalchemy import update
from sqlalchemy.orm import Session

from app.admin.doors import session as doors
from app.lib import clock
from app.lib.config import settings
from app.shops.install import Store, install
from app.shops.models import Shop
from app.shops.team import Member, Role
from app.vocabulary import PlatformKey
from tests.journeys.conftest import at_its_address
from tests.planted import Planted, plant

SECRET = "shpss_0123456789abcdef0123456789abcdef"
Keys = dict[str, Any]
"""What a cookie says."""


@pytest.fixture(scope="module")
def app() -> Flask:
    made = at_its_address()
    made.testing = True
    return made


@pytest.fixture(autouse=True)
def _long_secret(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Sign as Shopify does: with a secret long enough for HS256."""
    monkeypatch.setenv("DOORSTEP_SHOPIFY_CLIENT_SECRET", SECRET)
    settings.cache_clear()
    yield
    settings.cache_clear()


@pytest.fixture(autouse=True)
def _counters(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Have the place where web processes keep their counters."""
    monkeypatch.setenv("PROMETHEUS_MULTIPROC_DIR", str(tmp_path))


@pytest.fixture
def mine(session: Session) -> Planted:
    return plant(session, shop_named(session, "ridge"), "kanariemine")


@pytest.fixture
def theirs(session: Session, mine: Planted) -> Planted:
    """Another shop; its rows have other numbers than those of the first."""
    planted = plant(session, shop_named(session, "harbor"), "kanarietheirs")
    assert not set(planted.rows.items()) & set(mine.rows.items())
    return planted


@pytest.fixture
def key_of(app: Flask, session: Session) -> Callable[[Planted, Role | None], Keys]:
    """Return the cookie of who was let into a shop: in a role, or by a link (None), as an owner."""

    def made(of: Planted, role: Role | None) -> Keys:
        session.execute(
            update(Member)
            .filter_by(id=of.rows["member"])
            .values(role=role or Role.READER, joined_at=clock.now(), removed_at=None)
        )
        session.commit()
        with app.test_request_context():
            doors.grant(of.shop.id, who="somebody", member_id=of.rows["member"] if role else None)
            return dict(cookie)

    return made


def shop_named(session: Session, name: str) -> Shop:
    store = Store(
        platform=PlatformKey.SHOPIFY,
        domain=f"{name}.myshopify.com",
        url=f"https://{name}.example",
        name=name.title(),
        currency="USD",
        country="US",
        timezone="America/Denver",
    )
    made = install(session, store)
    session.commit()
    return made
