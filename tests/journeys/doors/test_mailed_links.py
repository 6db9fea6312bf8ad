"""Somebody signs in without a password: a link in a mail lets them in wherever they work, once."""

import json
import re
from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.admin.doors import entrance
from app.lib import clock, crypto
from app.lib.config import settings
from app.shops import team
from app.shops.install import uninstall
from app.shops.models import AccessRecord, Call, Shop
from app.shops.team import Member, Role
from jobs import calls
from tests.contracts.smtp_server import ScriptedServer, scripted
from tests.journeys.doors.conftest import shop_named
from tests.journeys.test_mails import server
from tests.journeys.test_providers import add

__all__ = ["server"]

ANA = "ana@agency.example"


@pytest.fixture
def shops(session: Session) -> tuple[Shop, Shop, Shop]:
    """Three shops; Ana works for the first two, and once worked for the third."""
    made = tuple(shop_named(session, name) for name in ("ridge", "harbor", "meadow"))
    for shop, role in zip(made, (Role.OWNER, Role.READER, Role.OWNER), strict=True):
        team.join(session, team.invite(session, shop.id, ANA, role))
    member = team.of_shop(session, made[2].id)[0]
    team.let_go(session, made[2].id, member.id)
    session.commit()
    return made  # type: ignore[return-value] # there are three


@pytest.fixture
def browser(app: Flask) -> FlaskClient:
    return app.test_client()


def form(browser: FlaskClient, page: str) -> dict[str, str]:
    (csrf,) = set(re.findall(r'name="csrf" value="([^"]*)"', browser.get(page).text))
    return {"csrf": csrf}


def asked(browser: FlaskClient, email: str = ANA) -> str:
    """Ask for a link, and return the page that says so."""
    return browser.post("/admin/sign-in", data=form(browser, "/admin/sign-in") | {"email": email}).text


def links(session: Session) -> list[str]:
    """The links that wait to be mailed, in their order."""
    session.rollback()
    sealed = session.scalars(select(Call.payload).where(Call.payload.is_not(None)).order_by(Call.id))
    texts = [json.loads(crypto.unseal(it))["text"] for it in sealed if it]
    return [
        link for text in texts for link in re.findall(r"https://doorstep\.test(/admin/sign-in/\S+)", text)
    ]


def test_a_link_is_mailed_lets_in_wherever_somebody_works_and_only_once(
    browser: FlaskClient, app: Flask, session: Session, shops: tuple[Shop, Shop, Shop], server: ScriptedServer
) -> None:
    assert "Look into the mailbox" in asked(browser, " Ana@Agency.example ")
    (link,) = links(session)
    calls.run()
    (mail,) = server.taken
    assert b"To: ana@agency.example" in mail
    assert session.scalars(select(Call.payload)).all() == [None], "the link is not kept"
    assert browser.get(link).status_code == browser.get(link).status_code == 200
    assert browser.get("/admin").status_code == 401, "looking at it lets nobody in"
    assert browser.post(link).status_code == 400, "nor does a form of somebody else's page"
    assert browser.post(link, data=form(browser, link)).location == "/admin"
    ridge, harbor, meadow = shops
    page = browser.get("/admin").text
    assert (ridge.name in page, harbor.name in page, meadow.name in page) == (True, True, False)
    assert browser.get(f"/admin/{ridge.id}/team").status_code == 200
    assert browser.get(f"/admin/{harbor.id}/home").status_code == 200
    assert browser.get(f"/admin/{harbor.id}/team").status_code == 403
    assert browser.get(f"/admin/{meadow.id}/home").status_code == 404
    assert f'href="/admin/{harbor.id}/home"' in browser.get(f"/admin/{ridge.id}/home").text, "the switcher"
    who = session.execute(select(AccessRecord.shop_id, AccessRecord.who, AccessRecord.what)).all()
    assert {(shop.id, ANA, "came in by a link in a mail") for shop in (ridge, harbor)} <= {*map(tuple, who)}
    another = app.test_client()
    assert another.get(link).status_code == 401
    assert another.post(link, data=form(another, "/admin/sign-in")).status_code == 401


def test_no_shop_that_somebody_works_for_can_read_the_link_to_the_others(
    browser: FlaskClient,
    session: Session,
    shops: tuple[Shop, Shop, Shop],
    server: ScriptedServer,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("DOORSTEP_MAIL_HOSTS_INSIDE", "localhost")
    settings.cache_clear()
    with scripted(extensions=("AUTH PLAIN",)) as readable:
        for shop in shops:
            add(session, shop, readable)
        asked(browser)
        calls.run()
        assert (len(server.taken), readable.taken) == (1, [])


@pytest.mark.usefixtures("shops")
def test_only_the_newest_link_is_good_and_not_for_long(browser: FlaskClient, session: Session) -> None:
    for _ in range(2):
        asked(browser)
    first, second = links(session)
    assert browser.get(first).status_code == 401
    with time_machine.travel(clock.now() + team.LINK_GOOD_FOR):
        assert browser.get(second).status_code == 401
        assert browser.post(second, data=form(browser, "/admin/sign-in")).status_code == 401
    assert browser.get(second).status_code == 200


def test_nobody_learns_who_works_here(
    browser: FlaskClient, session: Session, shops: tuple[Shop, Shop, Shop]
) -> None:
    known = asked(browser)
    for email in ("nobody@agency.example", "ana@agency.example.example"):
        assert asked(browser, email).replace(email, ANA) == known
    assert len(links(session)) == 1
    for shop in shops:
        uninstall(session, shop)
    session.commit()
    assert asked(browser) == known
    assert links(session) == [], "a shop that left lets nobody in, and mails nobody"
    assert "Write an e-mail address" in asked(browser, "ana")


@pytest.mark.usefixtures("shops")
def test_a_mailbox_is_not_flooded_and_nobody_tries_addresses_by_the_hundred(
    browser: FlaskClient, session: Session
) -> None:
    for _ in range(5):
        assert "Look into the mailbox" in asked(browser)
    assert len(links(session)) == 3
    for number in range(5):
        asked(browser, f"{number}@agency.example")
    refused = browser.post("/admin/sign-in", data=form(browser, "/admin/sign-in") | {"email": ANA})
    assert (refused.status_code, "That were many tries." in refused.text) == (429, True)


def test_whoever_signs_out_everywhere_is_a_stranger_in_every_browser(
    app: Flask, session: Session, shops: tuple[Shop, Shop, Shop]
) -> None:
    browsers = [app.test_client(), app.test_client()]
    for one in browsers:
        asked(one)
        link = links(session)[-1]
        one.post(link, data=form(one, link))
        assert one.get(f"/admin/{shops[0].id}/home").status_code == 200
    assert browsers[0].post("/admin/sign-out/everywhere").status_code == 400
    out = browsers[0].post("/admin/sign-out/everywhere", data=form(browsers[0], "/admin"))
    assert (out.location, out.headers["Clear-Site-Data"]) == ("/admin/sign-in", '"cache", "storage"')
    assert [one.get(f"/admin/{shops[0].id}/home").status_code for one in browsers] == [401, 404]
    assert shops[0].name not in browsers[1].get("/admin").text
    with time_machine.travel(clock.now() + timedelta(minutes=20)):
        asked(browsers[1])
        link = links(session)[-1]
        browsers[1].post(link, data=form(browsers[1], link))
        assert browsers[1].get(f"/admin/{shops[0].id}/home").status_code == 200, "they can come again"


def test_an_owner_signs_everybody_out_of_a_shop(
    app: Flask, session: Session, shops: tuple[Shop, Shop, Shop]
) -> None:
    ana, lee = app.test_client(), app.test_client()
    for one, email in ((ana, ANA), (lee, "lee@ridge.example")):
        if one is lee:
            team.join(session, team.invite(session, shops[0].id, email, Role.EDITOR))
            session.commit()
        asked(one, email)
        link = links(session)[-1]
        one.post(link, data=form(one, link))
    there = f"/admin/{shops[0].id}"
    assert lee.post(f"{there}/team/sign-out", data=form(lee, f"{there}/home")).status_code == 403
    assert ana.post(f"{there}/team/sign-out", data=form(ana, f"{there}/team")).status_code == 303
    assert [one.get(f"{there}/home").status_code for one in (ana, lee)] == [404, 404]
    assert ana.get(f"/admin/{shops[1].id}/home").status_code == 200, "another shop is another owner's affair"


def test_shops_that_are_shut_to_somebody_take_no_place_in_their_list(
    browser: FlaskClient, session: Session, shops: tuple[Shop, Shop, Shop], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked(browser)
    link = links(session)[-1]
    browser.post(link, data=form(browser, link))
    harbor, ridge = sorted(shops[:2], key=lambda shop: shop.name)
    harbor.signed_out_at = clock.now() + timedelta(seconds=1)  # everybody, since this browser came
    session.commit()
    monkeypatch.setattr(entrance, "STORES", 1)
    page = browser.get("/admin?all=1").text
    assert (ridge.name in page, harbor.name in page) == (True, False)
    harbor.signed_out_at = None
    session.execute(update(Member).filter_by(shop_id=harbor.id).values(signed_out_at=clock.now()))
    session.commit()
    page = browser.get("/admin?all=1").text
    assert (ridge.name in page, harbor.name in page) == (True, False)


def test_a_browser_is_forgotten_after_a_month_and_when_it_stays_away(
    app: Flask, session: Session, shops: tuple[Shop, Shop, Shop]
) -> None:
    browser, begun, there = app.test_client(), clock.now(), f"/admin/{shops[0].id}/home"
    asked(browser)
    link = links(session)[-1]
    browser.post(link, data=form(browser, link))
    for day in range(6, 30, 6):
        with time_machine.travel(begun + timedelta(days=day)):
            assert browser.get(there).status_code == 200
    with time_machine.travel(begun + timedelta(days=30, minutes=1)):
        assert browser.get(there).status_code == 401
    other = app.test_client()
    asked(other)
    link = links(session)[-1]
    other.post(link, data=form(other, link))
    with time_machine.travel(begun + timedelta(days=8)):
        assert other.get(there).status_code == 401


def test_whoever_came_by_an_invitation_signs_out_everywhere_and_comes_again_by_a_link(
    browser: FlaskClient, session: Session
) -> None:
    shop = shop_named(session, "ridge")
    invited = f"/admin/join/{team.invite(session, shop.id, ANA, Role.EDITOR)}"
    session.commit()
    browser.post(invited, data=form(browser, invited))
    with time_machine.travel(clock.now() + timedelta(minutes=1)):
        team.sign_out(session, ANA)
        session.commit()
        assert browser.get(f"/admin/{shop.id}/home").status_code == 404
    with time_machine.travel(clock.now() + timedelta(minutes=2)):
        asked(browser)
        (link,) = links(session)
        browser.post(link, data=form(browser, link))
        assert browser.get(f"/admin/{shop.id}/home").status_code == 200
        assert browser.get("/admin").location == f"/admin/{shop.id}/home"
        every = browser.get(f"/admin/{shop.id}/home").text
        assert 'href="/admin?all=1"' in every
        assert "Sign out everywhere" in browser.get("/admin?all=1").text, "with one shop, too"
