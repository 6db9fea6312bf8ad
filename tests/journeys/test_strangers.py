"""What strangers may ask of the pages: a clear answer, nothing remembered, nobody's data in a log."""

from io import BytesIO
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from app import main
from app.lib import words
from app.main import create_app
from app.tracking.page import drawn
from app.tracking.page.links import token_of
from tests import sold


@pytest.mark.parametrize(
    "address", ["/track?shop=%00", "/t/a%00b", "/u/%00", "/admin/1/messages?q=a%00", "/look/1/%00"]
)
def test_a_nul_in_an_address_is_answered_400(stranger: FlaskClient, address: str) -> None:
    assert stranger.get(address).status_code == 400


@pytest.mark.parametrize(
    ("query", "form"),
    [
        ("", {"order": "1\0", "who": "2"}),
        ("", {"order": "1", "who": "\0"}),
        ("?order=1", {"order": "1\0", "who": "2"}),
        ("", {"order": ["1", "\0"], "who": "2"}),
        ("?order=1&order=%00", {"order": "1", "who": "2"}),
        ("", {"order": "1", "who": "2", "photo": (BytesIO(b"x"), "a\0.png")}),
    ],
    ids=["first", "last", "behind the query", "second of a field", "second of the query", "a file's name"],
)
def test_a_nul_in_a_form_is_answered_400(
    session: Session, stranger: FlaskClient, query: str, form: dict[str, Any]
) -> None:
    sold.shop(session)
    assert stranger.post(f"/track{query}", data=form).status_code == 400


def test_what_an_address_does_not_do_is_said_on_a_page(stranger: FlaskClient) -> None:
    answer = stranger.delete("/track")
    assert (answer.status_code, "There is nothing here" in answer.text) == (405, True)
    assert answer.headers["Allow"] == "GET, HEAD, OPTIONS, POST"


def test_no_list_of_languages_is_remembered_for_good(stranger: FlaskClient) -> None:
    words.of.cache_clear()
    for i in range(1100):
        words.of(f"x{i}")
    stranger.get("/track", headers={"Accept-Language": ",".join(["de" * 20] * 500 + ["fr"])})
    assert words.of.cache_info().currsize <= 1024


def test_a_language_too_long_to_be_one_is_passed_over(session: Session, stranger: FlaskClient) -> None:
    sold.shop(session)
    answer = stranger.get("/track", headers={"Accept-Language": "de-" + "a-" * 5000 + "x, sv;q=0.9"})
    assert 'lang="sv"' in answer.text


def test_a_page_that_fails_is_logged_without_its_link_and_without_its_shopper(
    session: Session,
    stranger: FlaskClient,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    token = token_of(sold.order(session, sold.shop(session)).id)

    def break_down(*_: object, **__: object) -> None:
        session.execute(text("SELECT CAST(:email AS uuid)"), {"email": "ana@shopper.example"})

    logged: list[dict[str, Any]] = []
    monkeypatch.setattr(main.log, "error", lambda what, **said: logged.append({"event": what, **said}))
    monkeypatch.setattr(drawn, "find", break_down)
    assert stranger.get(f"/t/{token}").status_code == 500
    session.rollback()
    (line,) = logged
    assert (line["event"], line["page"], line["error"]) == ("page.failed", "/t/<token>", "DataError")
    assert any(place.startswith("app/storefront/tracking.py:") for place in line["at"])
    assert "ana@" not in str(line)
    assert token not in str(line)


def test_an_error_of_the_database_does_not_quote_what_it_was_asked(session: Session) -> None:
    with pytest.raises(DBAPIError) as caught:
        session.execute(text("SELECT 1 / CAST(:zero AS int), :email"), {"zero": 0, "email": "ana@a.example"})
    assert "ana@a.example" not in str(caught.value)
    session.rollback()


@pytest.fixture
def stranger() -> FlaskClient:
    return create_app().test_client()
