import json
from datetime import timedelta
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.commerce import bodies
from app.commerce.models import Delivery
from app.lib import clock
from app.vocabulary import InboxState
from tests import sold


def delivered(session: Session, shop_id: int, body: bytes, state: InboxState = InboxState.DONE) -> Delivery:
    now = clock.now()
    identity = {"delivery_key": uuid4(), "body_key": uuid4(), "shop_id": shop_id}
    row = Delivery(topic="orders/paid", body=body, received_at=now, due_at=now, state=state, **identity)
    session.add(row)
    session.flush()
    return row


@pytest.mark.parametrize(
    "body",
    [
        b'{"email": "ana.zo\xc3\xab@example.com"}',
        b'{"email": "Ana.Zo\xc3\xab@Example.COM"}',
        json.dumps({"email": "ANA.zoë@example.com"}).encode(),
        b"\xff\x00 ana.zo\xc3\xab@example.com \\",
    ],
)
def test_a_body_that_names_somebody_is_emptied_however_it_is_written(session: Session, body: bytes) -> None:
    shop, other = sold.shop(session).id, sold.shop(session, domain="other.example").id
    named = delivered(session, shop, body)
    of_somebody_else = delivered(session, shop, b'{"email": "ana@example.com"}')
    of_another_shop = delivered(session, other, body)
    bodies.empty(session, shop, ["ana.zoë@example.com"])
    kept = session.scalars(select(Delivery.id).where(Delivery.body.is_not(None))).all()
    assert set(kept) == {of_somebody_else.id, of_another_shop.id}
    assert named.id not in kept


def test_what_is_still_to_be_read_or_younger_may_stay(session: Session) -> None:
    shop = sold.shop(session).id
    delivered(session, shop, b'"ana@example.com"')
    waiting = delivered(session, shop, b'"ana@example.com"', InboxState.WAITING)
    bodies.empty(session, shop, ["ana@example.com"], before=clock.now() - timedelta(hours=24))
    assert len(session.scalars(select(Delivery.id).where(Delivery.body.is_not(None))).all()) == 2
    bodies.empty(session, shop, ["ana@example.com"], before=clock.now() + timedelta(seconds=1))
    assert session.scalars(select(Delivery.id).where(Delivery.body.is_not(None))).all() == [waiting.id]


def test_what_came_before_somebody_was_known_is_not_opened(session: Session) -> None:
    shop, now = sold.shop(session).id, clock.now()
    earlier, later = (delivered(session, shop, b'"ana@example.com"') for _ in range(2))
    earlier.received_at = now - timedelta(days=3)
    bodies.empty(session, shop, ["ana@example.com"], after=now - timedelta(days=2))
    kept = session.scalars(select(Delivery.id).where(Delivery.body.is_not(None))).all()
    assert (kept, later.id in kept) == ([earlier.id], False)


MAILBOXES = st.from_regex(r"[a-zà-öø-ÿ0-9][a-zà-öø-ÿ0-9.+-]{0,12}@[a-z0-9-]{1,9}\.[a-z]{2,3}", fullmatch=True)
NUMBERS = st.from_regex(r"\+?[0-9A-Z]{0,4}[0-9][0-9A-Z]{0,16}(-[0-9]{1,6})?", fullmatch=True)


@given(word=st.one_of(MAILBOXES, NUMBERS), is_escaped=st.booleans(), shape=st.integers(0, 4))
def test_a_word_is_found_wherever_it_stands_in_a_body(word: str, *, is_escaped: bool, shape: int) -> None:
    within: list[object] = [
        {"order": {"email": word.upper()}},
        [{"note": f"ask for {word}, please"}],
        {"a": [1, None, True, {"b": f"<p>{word}</p>"}]},
        {"url": f"https://shop.example/x?of={word}&y=1"},
        {"number": int(word) if word.isdecimal() and word.isascii() and word[0] != "0" else word},
    ]
    body = json.dumps(within[shape], ensure_ascii=is_escaped).encode()
    assert bodies.plain(word) in bodies.words_in(body)


def test_a_very_long_word_holds_nobody_up() -> None:
    """Whoever orders may write any note; each further letter once cost as much as all before it."""
    assert "ada@example.com" in bodies.words_in(
        json.dumps({"note": f"{'a' * 400_000} ada@example.com"}).encode()
    )


@given(body=st.binary(max_size=200))
def test_any_bytes_have_words(body: bytes) -> None:
    assert all("@" in word or any(map(str.isdigit, word)) for word in bodies.words_in(body))
