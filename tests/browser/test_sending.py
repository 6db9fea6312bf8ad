"""The pages about how mail is sent, with something of everything to show."""

import os
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from app.channels import dkim
from app.channels.authentication import Finding, Record, State
from app.lib import clock
from app.messages.providers import accounts, domains, spending
from app.messages.providers.accounts import Entered
from app.messages.providers.complaints import PAUSED
from app.messages.providers.models import HOUSE
from app.messages.providers.spending import Purse
from app.shops.models import Shop
from tests.browser.conftest import Look, Site
from tests.browser.sample_shop import empty_shop, shop
from tests.browser.test_admin import _enter
from tests.journeys.test_providers import TYPED

pytestmark = pytest.mark.browser
__all__ = ["empty_shop", "shop"]

PICTURES = os.environ.get("DOORSTEP_PICTURES")


def test_the_pages_of_sending_hold(
    look: Look, site: Site, shop: Shop, empty_shop: Shop, session: Session
) -> None:
    grid, own = _fill(session, shop)
    _enter(look, site, shop)
    _enter(look, site, empty_shop)
    at = f"{site.url}/admin/{shop.id}/sending"
    _look_at(look, f"{site.url}/admin/{empty_shop.id}/sending", "sending-empty")
    for path in ("", "/new?preset=ses", f"/{grid}", f"/{own}", "/domains/ridge.example"):
        _look_at(look, at + path, f"sending{path}")
    look.page.goto(f"{at}/new")
    look.page.get_by_label("Server", exact=True).fill("mail.ridge.example")
    look.page.get_by_label("Mails come from").fill("orders")
    look.page.get_by_label("Password").fill("secret")
    look.page.get_by_role("button", name="Keep this server").press("Enter")
    look.page.get_by_text("This is no e-mail address.").wait_for()
    assert look.page.get_by_label("Password").input_value() == ""
    _picture(look, "sending-wrong")
    look.holds()


def _fill(session: Session, shop: Shop) -> tuple[int, int]:
    """Name two servers, of which one refuses; returns their ids."""
    sent = {"preset": "sendgrid", "host": "smtp.sendgrid.net", "username": "apikey", "daily": "500"}
    grid = accounts.keep(session, shop, Entered(**(TYPED | sent)))
    own = accounts.keep(session, shop, Entered(**(TYPED | {"sender": "news@ridge.example"})))
    session.flush()
    accounts.rest(session, grid.id, "sign-in: 535 5.7.8")
    accounts.note_test(
        session,
        own,
        "owner@ridge.example",
        [
            (
                "Connect to mail.ridge.example, port 587",
                "220 mail.ridge.example ESMTP Postfix (Debian/GNU)",
                True,
            ),
            (
                "Say hello",
                "250 mail.ridge.example PIPELINING SIZE 10240000 STARTTLS ENHANCEDSTATUSCODES",
                True,
            ),
            ("Sign in as me", "535 5.7.8 Error: authentication failed: UGFzc3dvcmQ6", False),
        ],
    )
    today = spending.today(shop)
    spending.add(session, {Purse(shop.id, grid.id, today): 430, Purse(shop.id, HOUSE, today): 700})
    row = domains.get(session, shop.id, "ridge.example")
    assert row is not None
    row.selector, row.secret = "doorstep1", None
    domains.make_key(row)
    key = dkim.record(dkim.make())
    told = [
        Finding("Passes", State.WRONG, "Your mail fails: neither DKIM nor SPF speaks for your domain."),
        Finding(
            "SPF",
            State.WRONG,
            "Your SPF record does not name this mail server. Replace the record by this one.",
            Record("TXT", "ridge.example", "v=spf1 a:mail.ridge.example include:_spf.google.com ~all"),
        ),
        Finding(
            "DKIM",
            State.MISSING,
            "Add this record; we sign your mail as soon as we see it.",
            Record("TXT", "doorstep1._domainkey.ridge.example", key),
        ),
        Finding("DMARC", State.UNKNOWN, "Nobody could tell us. We look again by ourselves."),
        Finding("Answers", State.GOOD, "Somebody takes mail for your domain, so shoppers can answer."),
    ]
    domains.keep(row, told)
    shop.settings = {**shop.settings, PAUSED: (clock.now() - timedelta(hours=3)).isoformat()}
    session.commit()
    return grid.id, own.id


def _look_at(look: Look, url: str, name: str) -> None:
    look.page.goto(url)
    _picture(look, name)
    look.holds()


def _picture(look: Look, address: str) -> None:
    if PICTURES:
        name = "".join(c if c.isalnum() else "-" for c in address)
        path = Path(PICTURES) / f"{name}-{look.width}-{look.scheme}.png"
        look.page.screenshot(path=path, full_page=True)
