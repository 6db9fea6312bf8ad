"""A merchant sees what is wrong with the connection, and has it mended by a button."""

from datetime import timedelta
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.commerce import gaps
from app.commerce.gaps import Comparison, GapOutcome
from app.lib import clock
from app.platforms.findings import Finding, Grade, Remedy, good
from app.shops import checkups
from app.shops.models import Errand, Shop
from tests.journeys.admin.conftest import sign_in, token

TWICE = Finding(
    what="Mails",
    grade=Grade.ODD,
    said="Your store mails it too.",
    mend="Switch one of them off.",
    remedy=Remedy.MAIL_OFF,
    subject="customer_processing_order",
)


def test_a_look_is_asked_for_and_what_was_found_stands_there_the_gravest_first(
    session: Session, browser: FlaskClient, other_shop: Shop
) -> None:
    sign_in(browser, other_shop.id)
    assert "Nobody has looked yet." in page(browser, other_shop)
    assert "Your store is being looked at" in press(browser, other_shop, "")
    session.execute(Errand.__table__.delete())  # type: ignore[attr-defined] # as if it had been run
    grave = Finding(what="Notices", grade=Grade.BAD, said="2 of 11 are missing.", remedy=Remedy.WEBHOOKS)
    checkups.keep(session, other_shop.id, [good("API", "It answers."), TWICE, grave])
    session.commit()
    said = page(browser, other_shop)
    assert "2 things to mend." in said
    places = [
        said.index(words) for words in ("2 of 11 are missing.", "Switch one of them off.", "It answers.")
    ]
    assert places == sorted(places)
    connection = browser.get(f"/admin/{other_shop.id}/connection").text
    assert "The last look found 2 things to mend." in connection


def test_a_button_asks_for_what_it_promises_and_for_a_look(
    session: Session, browser: FlaskClient, other_shop: Shop
) -> None:
    sign_in(browser, other_shop.id)
    grave = Finding(what="Notices", grade=Grade.BAD, said="2 are missing.", remedy=Remedy.WEBHOOKS)
    checkups.keep(session, other_shop.id, [TWICE, grave])
    session.commit()
    assert "asked to change it" in press(
        browser, other_shop, "/mend", remedy="mail_off", subject=TWICE.subject
    )
    press(browser, other_shop, "/mend", remedy="webhooks")
    press(browser, other_shop, "/mend", remedy="compare")
    session.expire_all()
    asked = {(kind, subject) for kind, subject in session.execute(select(Errand.kind, Errand.subject))}
    assert asked == {
        (checkups.MAIL, TWICE.subject),
        ("woocommerce.setup", ""),
        ("woocommerce.compare", ""),
        (checkups.LOOK, ""),
    }
    assert checkups.mails(session.get_one(Shop, other_shop.id)) == {TWICE.subject: False}


def test_nothing_is_done_that_no_finding_offers(
    session: Session, merchant: FlaskClient, shop: Shop, browser: FlaskClient, other_shop: Shop
) -> None:
    for remedy, subject in (("mail_off", "new_order"), ("webhooks", ""), ("reconnect", ""), ("burn", "")):
        assert "no longer so" in press(merchant, shop, "/mend", remedy=remedy, subject=subject)
    sign_in(browser, other_shop.id)
    checkups.keep(session, other_shop.id, [TWICE])
    session.commit()
    assert "no longer so" in press(browser, other_shop, "/mend", remedy="mail_off", subject="new_order")
    assert session.scalars(select(Errand)).all() == []


def test_the_gap_is_told_in_plain_words(
    session: Session,
    merchant: FlaskClient,
    shop: Shop,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert "have not been compared with ours yet" in page(merchant, shop)
    now = clock.now()
    run = Comparison(shop_id=shop.id, since=now - timedelta(days=7), began_at=now, compared=4113)
    session.add(run)
    session.flush()
    gaps.found(session, shop.id, {"7": now, "8": now, "9": now}, comparison_id=run.id)
    gaps.close(session, shop.id, "7", GapOutcome.REPAIRED)
    gaps.close(session, shop.id, "8", GapOutcome.REPAIRED)
    gaps.close(session, shop.id, "9", GapOutcome.GONE)
    gaps.finish(session, run.id)
    session.commit()
    said = page(merchant, shop)
    assert "2 of 4,113 orders that changed since" in said
    assert "were missed, repaired today" in said
    assert "1 order that we knew is no longer in your store." in said
    monkeypatch.setenv("PROMETHEUS_MULTIPROC_DIR", str(tmp_path))
    metrics = merchant.get("/metrics").text
    assert 'doorstep_missed_orders{outcome="repaired",platform="shopify"} 2.0' in metrics


def page(browser: FlaskClient, shop: Shop) -> str:
    return browser.get(f"/admin/{shop.id}/connection/check").text


def press(browser: FlaskClient, shop: Shop, where: str, **data: str) -> str:
    form = {"csrf": token(browser), **data}
    address = f"/admin/{shop.id}/connection/check{where}"
    return browser.post(address, data=form, follow_redirects=True).text
