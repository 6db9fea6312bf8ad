"""The merchant sees which lists were brought in, and takes one back."""

from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.audience.models import ConsentRow
from app.imports import files, history
from app.imports.models import Import, ImportKind, ImportState
from app.lib import clock
from app.platforms.base import Consent
from app.platforms.purchases import Person
from app.shops.models import Shop
from app.vocabulary import ConsentSource, ConsentState, Medium
from tests.journeys.admin.conftest import token


def test_a_list_is_shown_and_taken_back_once(merchant: FlaskClient, shop: Shop, session: Session) -> None:
    row = brought(session, shop)
    page = merchant.get(f"/admin/{shop.id}/connection/lists").text
    assert "1 line brought in, 1 left out" in page
    address = f"/admin/{shop.id}/connection/lists/{row.id}/undo"
    answer = merchant.post(address, data={"csrf": token(merchant)}, follow_redirects=True)
    assert "What that list brought is gone" in answer.text
    session.expire_all()
    assert session.scalars(select(ConsentRow)).all() == []
    assert row.state is ImportState.UNDONE
    again = merchant.post(address, data={"csrf": token(merchant)}, follow_redirects=True)
    assert "nothing left to take back" in again.text


def test_anothers_list_and_a_history_are_not_taken_back(
    merchant: FlaskClient, shop: Shop, other_shop: Shop, session: Session
) -> None:
    theirs = brought(session, other_shop)
    history.begin(session, shop)
    session.commit()
    for ident in (theirs.id, *session.scalars(select(Import.id).filter_by(kind=ImportKind.HISTORY))):
        address = f"/admin/{shop.id}/connection/lists/{ident}/undo"
        merchant.post(address, data={"csrf": token(merchant)})
    session.expire_all()
    assert len(session.scalars(select(ConsentRow)).all()) == 1
    assert set(session.scalars(select(Import.state))) == {ImportState.DONE, ImportState.RUNNING}


def test_the_connection_says_how_far_the_history_has_come(
    merchant: FlaskClient, shop: Shop, session: Session
) -> None:
    history.begin(session, shop)
    session.commit()
    page = f"/admin/{shop.id}/connection"
    assert "is writing your orders down" in merchant.get(page).text
    row = session.scalars(select(Import)).one()
    row.counts = {"orders": {"done": 1204, "odd": 0, "total": 4113}}
    session.commit()
    assert "1,204 of 4,113 orders" in merchant.get(page).text
    row.state, row.step, row.begins_at = ImportState.DONE, None, clock.now()
    session.commit()
    assert "Your history begins on" in merchant.get(page).text


def brought(session: Session, shop: Shop) -> Import:
    counts = {"lines": {"done": 1, "odd": 1}}
    row = Import(shop_id=shop.id, kind=ImportKind.SUBSCRIBERS, asked_at=clock.now(), counts=counts)
    row.state = ImportState.DONE
    session.add(row)
    session.flush()
    said = Consent(
        person=Person(email="ana@example.com"),
        medium=Medium.EMAIL,
        state=ConsentState.SUBSCRIBED,
        source=ConsentSource.IMPORT,
        at=clock.now(),
    )
    files.keep(session, shop, row, (said,))
    session.commit()
    return row
