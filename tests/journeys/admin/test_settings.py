"""Settings: few are shown, each says what is set, and each that is new changes an outcome."""

import re
from datetime import UTC, datetime, timedelta

import time_machine
from flask.testing import FlaskClient
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.flows import facts
from app.messages.gate import permission
from app.messages.gate.verdict import Allowed, Deferred
from app.messages.models import Message
from app.shops.api_keys import ApiKey
from app.shops.models import AccessRecord, Shop
from app.vocabulary import Category, MessageState, Reason, Trigger
from tests.journeys.admin.conftest import parcel, sign_in, token
from tests.journeys.admin.test_steering import press
from tests.journeys.conftest import StoreVoice

ROW = re.compile(r'<span class="sets-name">([^<]*)</span><span class="sets-value">([^<]*)')


def test_at_most_twelve_are_shown_each_says_what_is_set_and_leads_on(
    merchant: FlaskClient, shop: Shop
) -> None:
    page = merchant.get(f"/admin/{shop.id}/settings").text
    usual, _, rare = page.partition("<summary>Advanced</summary>")
    assert 0 < len(ROW.findall(usual)) <= 12
    assert dict(ROW.findall(usual))["How long shoppers are kept"] == "For ever"
    assert dict(ROW.findall(rare))["Keys for your own programs"] == "None"
    links = re.findall(r'<li><a href="([^"]*)"><span class="sets-name">', page)
    assert len(links) >= 20
    for link in links:
        assert merchant.get(link).status_code == 200, link


def test_offers_go_at_the_hours_and_as_often_as_the_merchant_chose(
    merchant: FlaskClient, shopify_store: StoreVoice
) -> None:
    parcel(shopify_store, 1)
    session, shop = shopify_store.session, shopify_store.shop
    (offer, earlier) = shopify_store.messages()[:2]
    session.execute(
        update(Message).values(
            trigger=Trigger.REVIEW_REQUEST, category=Category.MARKETING, to="ada@example.com"
        )
    )
    shop.country = shop.timezone = None  # type: ignore[assignment]
    shop.country, shop.timezone = "US", "America/Denver"
    session.commit()
    tuesday = datetime(2026, 12, 1, 17, tzinfo=UTC)

    def say() -> object:
        session.expire_all()
        known = facts.gather(session, [offer])[offer.id]
        limits = permission._is_a_decent_hour(known) or permission._is_not_too_often(known)
        return limits or Allowed()

    with time_machine.travel(tuesday, tick=False):
        sign_in(merchant, shop.id)
        address = f"/admin/{shop.id}/settings/offers"
        chosen = {"opens": "12:00", "closes": "18:00", "sundays": "yes", "a_day": "1", "a_week": "1"}
        assert say() == Allowed()
        earlier.state, earlier.sending_at = MessageState.SENT, tuesday - timedelta(days=3)
        session.commit()
        assert say() == Allowed()
        press(merchant, address, **{**chosen, "opens": "09:00", "closes": "20:00"})
        assert say() == Deferred(tuesday + timedelta(days=4), Reason.TOO_OFTEN)
        press(merchant, address, **{**chosen, "a_week": "3"})
        assert say() == Deferred(tuesday + timedelta(hours=1), Reason.QUIET_HOURS)  # noon where she is
        assert "12:00 to 18:00, their time" in merchant.get(f"/admin/{shop.id}/settings").text
        press(merchant, address, **{**chosen, "opens": "09:00", "closes": "20:00", "a_week": "3"})
    session.expire_all()
    assert "offers" not in shop.settings  # as usual again


def test_hours_beyond_the_law_are_refused_with_a_way_out(merchant: FlaskClient, shop: Shop) -> None:
    address = f"/admin/{shop.id}/settings/offers"
    good = {"opens": "10:00", "closes": "18:00", "a_day": "1", "a_week": "3"}
    for wrong, said in (
        ({"opens": "08:00"}, "Use 9:00 am to 8:00 pm"),
        ({"closes": "21:00"}, "Use 9:00 am to 8:00 pm"),
        ({"opens": "17:00"}, "Leave at least two hours"),
        ({"opens": ""}, "Use 9:00 am to 8:00 pm"),
        ({"a_day": "3"}, "Use a whole number from 1 to 2."),
        ({"a_day": "2", "a_week": "1"}, "This cannot be less than 2"),
    ):
        answer = merchant.post(address, data={**good, **wrong, "csrf": token(merchant)})
        assert answer.status_code == 200, wrong
        assert said in answer.text, wrong
        assert 'aria-invalid="true"' in answer.text
    assert "offers" not in shop.settings


def test_a_key_is_shown_once_kept_as_a_hash_and_taken_away(
    merchant: FlaskClient, shop: Shop, session: Session
) -> None:
    address = f"/admin/{shop.id}/settings/keys"
    for form, said in (
        ({"name": "", "scope": "flows:read"}, "Name it after"),
        ({"name": "x"}, "Tick at least"),
    ):
        assert said in merchant.post(address, data={**form, "csrf": token(merchant)}).text
    wanted = {"name": "Our warehouse", "scope": ["shipments:read", "flows:read", "everything"]}
    made = merchant.post(address, data={**wanted, "csrf": token(merchant)}).text
    (secret,) = re.findall(r'id="secret" value="(dsk_[^"]+)"', made)
    row = session.scalars(select(ApiKey)).one()
    assert row.scopes == ["flows:read", "shipments:read"]
    assert secret.encode() not in row.token_hash
    page = merchant.get(address).text
    assert secret not in page
    assert "Our warehouse" in page
    press(merchant, f"{address}/{row.id}/revoke")
    assert merchant.post(f"{address}/{row.id}/revoke", data={"csrf": token(merchant)}).status_code == 404
    assert "Nobody reads or changes anything by a program." in merchant.get(address).text
    noted = session.scalars(select(AccessRecord.what)).all()
    assert "made the key Our warehouse for shipments:read, flows:read" in noted
    assert f"took away key {row.id}" in noted
