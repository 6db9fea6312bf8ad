"""The merchant's pages open only to those who may."""

from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from flask import session as cookie
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.admin.doors import session as doors
from app.audience.models import Profile
from app.flows.models import Flow
from app.lib import clock
from app.lib.config import settings
from app.shops.models import AccessRecord, Shop
from app.tracking.models import Shipment
from app.vocabulary import Trigger
from tests.journeys.admin.conftest import PAGES, parcel, sign_in, token
from tests.journeys.conftest import StoreVoice


@pytest.mark.parametrize("page", [*PAGES, "shipments/1"])
def test_a_stranger_is_told_nothing_whether_the_shop_exists_or_not(
    page: str, browser: FlaskClient, shop: Shop
) -> None:
    here = browser.get(f"/admin/{shop.id}/{page}")
    nowhere = browser.get(f"/admin/{shop.id + 1000}/{page}")
    assert (here.status_code, here.data) == (401, nowhere.data)


def test_another_shops_parcel_is_not_shown_under_ones_own_address(
    merchant: FlaskClient, shopify_store: StoreVoice, other_shop: Shop
) -> None:
    parcel(shopify_store, 1)
    sign_in(merchant, other_shop.id)
    ident = shopify_store.session.scalars(select(Shipment.id)).one()
    assert merchant.get(f"/admin/{other_shop.id}/shipments/{ident}").status_code == 404


def test_a_shop_that_was_left_lets_nobody_in(merchant: FlaskClient, shop: Shop, session: Session) -> None:
    sign_in(merchant, shop.id)
    assert merchant.get(f"/admin/{shop.id}/shipments").status_code == 200
    shop.state = "uninstalled"  # type: ignore[assignment]
    session.commit()
    assert merchant.get(f"/admin/{shop.id}/shipments").status_code == 404


def test_a_sign_in_link_lets_in_by_its_button_only_and_once(
    browser: FlaskClient, app: Flask, shop: Shop
) -> None:
    link = doors.sign_in_link(shop.id)
    assert browser.get(link).status_code == 200
    assert browser.get(f"/admin/{shop.id}/shipments").status_code == 401
    assert browser.post(link).status_code == 400
    assert browser.post(link, data={"csrf": token(browser)}).status_code == 303
    assert browser.get(f"/admin/{shop.id}/shipments").status_code == 200
    assert browser.get("/admin").status_code == 302
    cookie = browser.get_cookie("__Host-doorstep", domain="doorstep.test")
    assert cookie is not None
    assert (cookie.secure, cookie.http_only, cookie.same_site) == (True, True, "Lax")
    another = app.test_client()
    another.get(link)
    assert another.post(link, data={"csrf": token(another)}).status_code == 401


def test_a_sign_in_link_that_is_old_or_forged_lets_nobody_in(browser: FlaskClient, shop: Shop) -> None:
    link = doors.sign_in_link(shop.id)
    browser.get(link)
    form = {"csrf": token(browser)}
    assert browser.post(f"{link[:-2]}xx", data=form).status_code == 401
    with time_machine.travel(clock.now() + doors.SIGN_IN_FOR + timedelta(seconds=2)):
        assert browser.post(link, data=form).status_code == 401


def test_whoever_came_into_two_shops_is_written_down_in_each_as_they_came_there(
    browser: FlaskClient, app: Flask, shop: Shop, other_shop: Shop, session: Session
) -> None:
    with app.test_request_context():
        doors.grant(shop.id, who="sign-in link")
        doors.grant(other_shop.id, who="WordPress user 3")
        came = dict(cookie)
    with browser.session_transaction() as kept:
        kept.update(came)
    for each in (shop, other_shop):
        session.add(Profile(shop_id=each.id, email="ada@example.com", first_seen_at=clock.now()))
    session.commit()
    for each in (shop, other_shop):
        assert browser.get(f"/admin/{each.id}/customers").status_code == 200
    seen = session.execute(select(AccessRecord.shop_id, AccessRecord.who).order_by(AccessRecord.id)).all()
    assert [tuple(it) for it in seen] == [(shop.id, "sign-in link"), (other_shop.id, "WordPress user 3")]


def test_whoever_signs_out_is_a_stranger_again(merchant: FlaskClient) -> None:
    assert merchant.post("/admin/sign-out").status_code == 400
    assert merchant.post("/admin/sign-out", data={"csrf": token(merchant)}).status_code == 303
    assert merchant.get("/admin").status_code == 401


def test_the_demo_lets_everybody_in_again_and_again(
    browser: FlaskClient, shop: Shop, other_shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(doors, "settings", lambda: settings().model_copy(update={"demo": True}))
    for _ in range(2):
        answer = browser.get("/admin")
        assert answer.status_code == 200
        assert shop.name.replace("&", "&amp;") in answer.text
        assert other_shop.name in answer.text
        assert browser.get(f"/admin/{shop.id}/shipments").status_code == 200


def test_a_form_without_its_token_changes_nothing(
    merchant: FlaskClient, shop: Shop, session: Session
) -> None:
    address = f"/admin/{shop.id}/flows/shipped"
    assert merchant.post(address, data={"on": "no"}).status_code == 400
    assert merchant.post(address, data={"on": "no", "csrf": "guessed"}).status_code == 400
    assert session.scalars(select(Flow.on_since).filter_by(trigger=Trigger.SHIPPED)).one() is not None


def test_a_cookie_that_is_full_forgets_the_shop_that_was_come_into_longest_ago(app: Flask) -> None:
    with app.test_request_context():
        for shop_id in (200, *range(3, 2 + doors.SHOPS), 100, 101):
            doors.grant(shop_id)
            cookie["let_in"] = dict(sorted(cookie["let_in"].items()))  # as it is read again
        kept = {int(it) for it in cookie["let_in"]}
    assert kept == {*range(4, 2 + doors.SHOPS), 100, 101}
