"""What could not be done outside stands in the admin, and is tried again on one click."""

from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.shops import calls
from app.shops.models import Call, Shop
from app.vocabulary import CallState
from tests.journeys.admin.conftest import token


def test_what_failed_is_said_and_tried_again(session: Session, merchant: FlaskClient, shop: Shop) -> None:
    park(session, shop)
    front = merchant.get(f"/admin/{shop.id}/connection").text
    assert "1 thing could not be done in your store." in front
    page = merchant.get(f"/admin/{shop.id}/connection/undone").text
    assert "The store answers 422." in page
    call_id = session.scalars(select(Call.id)).one()
    merchant.post(f"/admin/{shop.id}/connection/undone/{call_id}/retry", data={"csrf": token(merchant)})
    session.expire_all()
    assert session.scalars(select(Call.state)).one() is CallState.WAITING
    assert "Nothing, which is good" in merchant.get(f"/admin/{shop.id}/connection/undone").text


def test_another_shops_failures_are_neither_seen_nor_tried(
    session: Session, merchant: FlaskClient, shop: Shop, other_shop: Shop
) -> None:
    park(session, other_shop)
    assert "422" not in merchant.get(f"/admin/{shop.id}/connection/undone").text
    call_id = session.scalars(select(Call.id)).one()
    for address in (f"{call_id}/retry", "retry"):
        merchant.post(f"/admin/{shop.id}/connection/undone/{address}", data={"csrf": token(merchant)})
    session.expire_all()
    assert session.scalars(select(Call.state)).one() is CallState.PARKED


def park(session: Session, shop: Shop) -> None:
    calls.ask(session, shop.id, "test.tag", "tag:1", {"tag": "vip"})
    due = calls.claim(session, ["test.tag"])
    assert due is not None
    calls.fail(session, due, "the store answers 422", permanent=True)
    session.commit()
