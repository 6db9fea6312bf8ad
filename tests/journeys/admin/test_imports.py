"""The merchant uploads a list, sees what it would bring, brings it in, and takes it back."""

from datetime import timedelta
from io import BytesIO

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.audience.models import ConsentRow, Profile
from app.imports import bringing, files, history, uploads
from app.imports.models import Import, ImportKind, ImportPart, ImportState
from app.lib import clock
from app.lib.db import transaction
from app.platforms.base import Consent
from app.platforms.purchases import Person
from app.privacy import erasure
from app.shops.models import Errand, Shop
from app.vocabulary import ConsentSource, ConsentState, Medium
from jobs import imports, sync
from tests.journeys.admin.conftest import token

MAILCHIMP = """Email Address,First Name,OPTIN_TIME,OPTIN_IP,CONFIRM_TIME,CONFIRM_IP,LEID,EUID
ana@example.com,Ana,2024-05-01 10:00:00,192.0.2.1,2024-05-01 10:05:00,192.0.2.1,1,a
nobody,Bo,,,2024-06-01 10:05:00,,2,b
"""


def test_a_list_is_uploaded_looked_at_brought_in_and_taken_back(
    merchant: FlaskClient, shop: Shop, session: Session
) -> None:
    page = sent(merchant, shop, MAILCHIMP.encode(), "my list.csv")
    assert "1 line can be brought in, 1 cannot" in page
    assert "Email: said yes, and may be written to" in page
    assert "Line 3" in page
    assert "Its e-mail address is none." in page
    assert session.scalars(select(ConsentRow)).all() == [], "it was only looked at"
    assert "It is coming in" in press(merchant, shop, session, "go")
    work(session)
    assert "1 line brought in, 1 left out" in look(merchant, shop, session)
    assert session.scalars(select(ConsentRow.state)).all() == [ConsentState.SUBSCRIBED]
    assert session.scalars(select(ImportPart)).all() == []
    assert "there any more" in press(merchant, shop, session, "go"), "it is brought in once"
    assert "being taken back" in press(merchant, shop, session, "undo")
    work(session)
    assert "What it brought is gone" in look(merchant, shop, session)
    assert session.scalars(select(ConsentRow)).all() == []
    assert "there any more" in press(merchant, shop, session, "undo")


def test_a_long_list_is_looked_at_and_brought_in_by_and_by(
    merchant: FlaskClient, shop: Shop, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bringing, "MOST", 5)
    monkeypatch.setattr(imports, "SLICE", 0)
    head, line, _ = MAILCHIMP.splitlines(keepends=True)
    body = head + "".join(line.replace("ana@", f"ana{number}@") for number in range(40))
    assert "It is being looked at" in sent(merchant, shop, body.encode())
    work(session)
    assert "40 lines can be brought in" in look(merchant, shop, session)
    press(merchant, shop, session, "go")
    work(session)
    assert "40 lines brought in" in look(merchant, shop, session)
    assert len(session.scalars(select(ConsentRow)).all()) == 40


def test_a_file_of_which_nothing_was_brought_in_is_thrown_away(
    merchant: FlaskClient, shop: Shop, session: Session
) -> None:
    sent(merchant, shop, MAILCHIMP.encode())
    assert "Nothing of it was brought in" in press(merchant, shop, session, "drop")
    assert session.scalars(select(Import)).all() == []
    sent(merchant, shop, MAILCHIMP.encode())
    with transaction() as elsewhere:
        uploads.purge(elsewhere, before=clock.now() + timedelta(days=1))
    session.expire_all()
    assert session.scalars(select(Import)).all() == []


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "This is no CSV file"),
        (b"\0\0\1PNG", "This is no CSV file"),
        (b"PK\3\4 an Excel book", "Its columns are those of no list that we know"),
        (b"a,b\n1,2\n", "Its columns are those of no list that we know"),
    ],
)
def test_what_is_no_list_is_refused_in_words(
    content: bytes, said: str, merchant: FlaskClient, shop: Shop, session: Session
) -> None:
    assert said in sent(merchant, shop, content)
    assert "Choose a file first" in sent(merchant, shop, MAILCHIMP.encode(), "")
    assert session.scalars(select(Import)).all() == []


def test_a_file_that_is_too_long_is_refused(
    merchant: FlaskClient, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(uploads, "LONGEST", 100)
    assert "longer than 50 MB" in sent(merchant, shop, MAILCHIMP.encode())


@pytest.mark.parametrize(
    "hostile",
    [
        '=cmd|"/c calc"!A1,"<script>alert(1)</script>",,,,,,\n' * 3,
        '"' + "x" * 200_000 + "\n",
        "ana@example.com" * 20_000,
        "\u202e,\ufeff,\x00,\x07,\n",
        ",,,,,,,,,,,,,,,,,,,,,,,,,\n" * 50,
        '"a\n"b"\n""c\n',
    ],
)
def test_a_hostile_file_is_read_to_its_end_and_shows_nothing_of_itself(
    hostile: str, merchant: FlaskClient, shop: Shop, session: Session
) -> None:
    good = MAILCHIMP.splitlines(keepends=True)[1].replace("ana@", "good@")
    head = MAILCHIMP.splitlines(keepends=True)[0]
    page = sent(merchant, shop, (head + hostile + "\n" + good).encode(), "<b>=1+1.csv")
    assert "<script>alert" not in page
    assert "<b>=1" not in page
    press(merchant, shop, session, "go")
    work(session)
    assert session.scalars(select(Import.state)).all() in ([ImportState.DONE], [ImportState.READY])


def test_who_is_forgotten_is_in_no_file_that_waits(
    merchant: FlaskClient, shop: Shop, session: Session
) -> None:
    two = MAILCHIMP + "ben@example.com,Ben,,,2024-06-01 10:05:00,,3,c\n"
    sent(merchant, shop, two.encode())
    with transaction() as elsewhere:
        erasure.forget_addresses(elsewhere, shop.id, ["ANA@example.com"])
    press(merchant, shop, session, "go")
    work(session)
    assert session.scalars(select(Profile.email)).all() == ["ben@example.com"]
    row = session.scalars(select(Import)).one()
    assert row.report["wrong"] == [[3, "Its e-mail address is none."]], "lines keep their numbers"


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


def sent(merchant: FlaskClient, shop: Shop, content: bytes, name: str = "list.csv") -> str:
    """Upload a file, and return the page that follows."""
    form = {"csrf": token(merchant), "file": (BytesIO(content), name)}
    return merchant.post(f"/admin/{shop.id}/connection/lists", data=form, follow_redirects=True).text


def press(merchant: FlaskClient, shop: Shop, session: Session, what: str) -> str:
    """Press a button of the newest list, and return the page that follows."""
    session.expire_all()
    ident = session.scalars(select(Import.id).order_by(Import.id.desc()).limit(1)).one()
    session.commit()
    address = f"/admin/{shop.id}/connection/lists/{ident}/{what}"
    page = merchant.post(address, data={"csrf": token(merchant)}, follow_redirects=True).text
    session.expire_all()
    return page


def look(merchant: FlaskClient, shop: Shop, session: Session) -> str:
    session.expire_all()
    ident = session.scalars(select(Import.id).order_by(Import.id.desc()).limit(1)).one()
    session.commit()
    return merchant.get(f"/admin/{shop.id}/connection/lists/{ident}").text


def work(session: Session) -> None:
    """Let the jobs run until nothing is left to do."""
    for _ in range(60):
        session.commit()
        if session.scalar(select(Errand.id).limit(1)) is None:
            return
        session.execute(update(Errand).values(due_at=clock.now(), lease_until=None))
        session.commit()
        sync.run()
    raise AssertionError("it does not end")


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
