"""Who may come in: invited, given another role, let go. What each may do: tests/journeys/doors."""

import re
from collections.abc import Callable

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.lib import clock
from app.shops import team
from app.shops.models import AccessRecord, Shop
from app.shops.team import Member, Role
from tests.journeys.admin.conftest import parcel, token
from tests.journeys.conftest import StoreVoice

Come = Callable[[Role], FlaskClient]


@pytest.fixture
def come(app: Flask, session: Session, shop: Shop) -> Come:
    """Let somebody join in a role, in a browser of their own."""

    def join(role: Role) -> FlaskClient:
        secret = team.invite(session, shop.id, f"{role}@ridge.example", role)
        session.commit()
        browser = app.test_client()
        assert press(browser, f"/admin/join/{secret}") == f"/admin/{shop.id}/home"
        return browser

    return join


def press(browser: FlaskClient, path: str) -> str:
    page = browser.get(path)
    (csrf,) = re.findall(r'name="csrf" value="([^"]*)"', page.text)
    return browser.post(path, data={"csrf": csrf}).location or ""


def test_a_reader_looks_at_pages_and_takes_no_file_home(come: Come, shopify_store: StoreVoice) -> None:
    parcel(shopify_store, 1)
    browser, shop = come(Role.READER), shopify_store.shop
    for page in ("home", "shipments", "customers", "messages", "flows", "connection"):
        assert browser.get(f"/admin/{shop.id}/{page}").status_code == 200
    for page in ("shipments.csv", "team"):
        refused = browser.get(f"/admin/{shop.id}/{page}")
        assert refused.status_code == 403
        assert "Your role here does not allow this." in refused.text
    who = shopify_store.session.scalars(select(AccessRecord.who).distinct()).all()
    assert who == ["reader@ridge.example"]


def test_an_invitation_is_good_once_for_a_week_and_by_a_button_only(
    app: Flask, session: Session, shop: Shop
) -> None:
    secret = team.invite(session, shop.id, "ana@ridge.example", Role.SUPPORT)
    session.commit()
    path, browser = f"/admin/join/{secret}", app.test_client()
    with time_machine.travel(clock.now() + team.GOOD_FOR):
        assert browser.get(path).status_code == 401
    assert "support" in browser.get(path).text
    assert browser.get(f"/admin/{shop.id}/home").status_code == 401
    assert browser.post(path).status_code == 400
    assert press(browser, path)
    assert app.test_client().get(path).status_code == 401
    row = session.scalars(select(Member)).one()
    assert (row.role, row.token_hash) == (Role.SUPPORT, None)


def test_an_owner_invites_changes_and_lets_go(merchant: FlaskClient, come: Come, shop: Shop) -> None:
    address, form = f"/admin/{shop.id}/team", {"csrf": token(merchant)}
    assert "Write an e-mail address" in merchant.post(address, data=form | {"email": "ana"}).text
    page = merchant.post(address, data=form | {"email": "Lee@Ridge.example", "role": "editor"}).text
    (link,) = re.findall(r'value="https://doorstep\.test(/admin/join/[^"]*)"', page)
    assert "lee@ridge.example" in page
    assert link not in merchant.get(address).text
    somebody = come(Role.SUPPORT)
    assert somebody.get(f"/admin/{shop.id}/shipments.csv").status_code == 200
    (member,) = re.findall(
        r"team/(\d+)/let-go\"[^>]*>Let go<span class=\"vh\"> support@", merchant.get(address).text
    )
    assert merchant.post(f"{address}/{member}/role", data=form | {"role": "reader"}).status_code == 303
    assert somebody.get(f"/admin/{shop.id}/shipments.csv").status_code == 403
    assert merchant.post(f"{address}/{member}/let-go", data=form).status_code == 303
    assert somebody.get(f"/admin/{shop.id}/home").status_code == 404
    assert shop.name.replace("&", "&amp;") not in somebody.get("/admin").text
    assert merchant.post(f"{address}/{member}/let-go", data=form).status_code == 404
    assert merchant.post(f"{address}/{member}/role", data=form | {"role": "king"}).status_code == 400


def test_a_member_of_one_shop_is_nobody_in_another(come: Come, other_shop: Shop) -> None:
    assert come(Role.OWNER).get(f"/admin/{other_shop.id}/home").status_code == 404


def test_a_browser_of_before_stays_out_when_somebody_is_invited_again(
    come: Come, session: Session, shop: Shop
) -> None:
    lost = come(Role.EDITOR)
    for end in ("let go", "signed out"):
        member = session.scalars(select(Member)).one()
        if end == "let go":
            team.let_go(session, shop.id, member.id)
        else:
            team.sign_out(session, member.address)
        session.commit()
        found = come(Role.EDITOR)
        assert found.get(f"/admin/{shop.id}/home").status_code == 200
        assert lost.get(f"/admin/{shop.id}/home").status_code == 404
        lost = found
