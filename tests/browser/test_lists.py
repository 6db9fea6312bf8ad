"""A merchant brings a list in, and reads what is wrong with the connection, in a browser."""

from datetime import timedelta

import pytest
from playwright.sync_api import FilePayload
from sqlalchemy import update
from sqlalchemy.orm import Session

from app.admin.doors import session as doors
from app.commerce import gaps
from app.commerce.gaps import Comparison, GapOutcome
from app.lib import clock
from app.platforms.findings import Finding, Grade, Remedy, good
from app.shops import checkups
from app.shops.models import Errand, Shop
from jobs import sync
from tests.browser.conftest import Look, Site, picture
from tests.browser.sample_shop import shop

pytestmark = pytest.mark.browser
__all__ = ["shop"]

LIST = """Email Address,First Name,OPTIN_TIME,OPTIN_IP,CONFIRM_TIME,CONFIRM_IP,LEID,EUID
ana@example.com,Ana,2024-05-01 10:00:00,192.0.2.1,2024-05-01 10:05:00,192.0.2.1,1,a
ben@example.com,Ben,,,2024-06-01 10:05:00,,2,b
nobody,Bo,,,2024-06-01 10:05:00,,3,c
"""


def test_a_list_is_uploaded_looked_at_brought_in_and_taken_back(
    look: Look, site: Site, shop: Shop, session: Session
) -> None:
    enter(look, site, shop)
    page = look.page
    see(look, f"{site.url}/admin/{shop.id}/connection/lists", "lists")
    page.get_by_text("Which columns it needs").click()
    picture(look, "lists-columns")
    look.holds()
    choose(look, "notes.csv", b"a,b\n1,2\n")
    page.get_by_text("Its columns are those of no list that we know").wait_for()
    picture(look, "lists-refused")
    look.errors.clear()  # the console repeats the 422
    look.holds()
    choose(look, "subscribers.csv", LIST.encode())
    page.get_by_text("2 lines can be brought in, 1 cannot").wait_for()
    picture(look, "list-ready")
    look.holds()
    page.get_by_role("button", name="Bring it in").click()
    page.get_by_text("It is coming in").wait_for()
    picture(look, "list-coming")
    look.holds()
    work(session)
    page.get_by_role("link", name="Look again").click()
    page.get_by_text("2 lines brought in, 1 left out").wait_for()
    page.get_by_text("Remove what this list brought").click()
    picture(look, "list-here")
    look.holds()
    page.get_by_role("button", name="Take list").click()
    work(session)
    page.get_by_role("link", name="Look again").click()
    page.get_by_text("What it brought is gone").wait_for()
    picture(look, "list-gone")
    look.holds()


def test_what_is_wrong_with_the_connection_is_read_and_mended(
    look: Look, site: Site, shop: Shop, session: Session
) -> None:
    examined(session, shop)
    enter(look, site, shop)
    page = look.page
    see(look, f"{site.url}/admin/{shop.id}/connection/check", "doctor")
    page.get_by_role("button", name="Compare now").click()
    page.get_by_text("looked at again").wait_for()
    picture(look, "doctor-mending")
    look.holds()
    page.get_by_role("link", name="Show what was found").click()
    page.get_by_role("heading", name="Check of the connection").wait_for()


def see(look: Look, address: str, name: str) -> None:
    look.page.goto(address)
    picture(look, name)
    look.holds()


def enter(look: Look, site: Site, shop: Shop) -> None:
    look.page.goto(doors.sign_in_link(shop.id).replace("https://doorstep.test", site.url))
    look.page.get_by_role("button").first.click()
    look.page.get_by_role("navigation", name="Main").wait_for()


def choose(look: Look, name: str, content: bytes) -> None:
    file: FilePayload = {"name": name, "mimeType": "text/csv", "buffer": content}
    look.page.get_by_label("File", exact=True).set_input_files(files=[file])
    look.page.get_by_role("button", name="See what it would bring").click()


def work(session: Session) -> None:
    """Let the jobs do what the page has asked for."""
    session.execute(update(Errand).where(Errand.kind.startswith("imports.")).values(due_at=clock.now()))
    session.commit()
    sync.run()


def examined(session: Session, shop: Shop) -> None:
    """Let a look have found things well and ill, and a comparison orders that were missed."""
    now = clock.now()
    found = [
        good("API", "Your store answers, and lets us do all that we need."),
        Finding(
            what="Notices",
            grade=Grade.BAD,
            said="2 of 11 kinds of notices are missing in your store.",
            mend="Without them we hear of new orders a few minutes late.",
            remedy=Remedy.WEBHOOKS,
        ),
        Finding(what="Mails", grade=Grade.ODD, said="Your store mails its own thank-you, too."),
    ]
    checkups.keep(session, shop.id, found)
    run = Comparison(shop_id=shop.id, since=now - timedelta(days=7), began_at=now, compared=4113, scans=0)
    session.add(run)
    session.flush()
    states = {"1041": now - timedelta(hours=9), "1042": now - timedelta(hours=5)}
    gaps.found(session, shop.id, states, comparison_id=run.id)
    gaps.close(session, shop.id, "1041", GapOutcome.REPAIRED)
    gaps.close(session, shop.id, "1042", GapOutcome.UNREADABLE, "it has no name")
    gaps.finish(session, run.id)
    session.commit()
