"""What an operator's machines read stays right where it alarms, and never costs a whole table."""

import re
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from app import health
from app.main import create_app
from app.messages.models import Message
from app.shops.models import Shop
from app.vocabulary import MessageState
from tests.journeys.test_providers import ask, shop
from tests.plans import noted, plan

__all__ = ["shop"]

GROWING = ("message", "inbox", "call", "tracking_event", "parcel_exception", "event", "shipment", "order")


@pytest.fixture
def operator(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> FlaskClient:
    monkeypatch.setenv("PROMETHEUS_MULTIPROC_DIR", str(tmp_path))
    return create_app().test_client()


def test_what_waits_or_wants_people_is_counted_whole_and_the_rest_among_the_newest(
    operator: FlaskClient,
    session: Session,
    shop: Shop,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    ask(session, shop, 6)
    sent = MessageState.SENT
    became: tuple[MessageState, ...] = (MessageState.UNKNOWN, sent, MessageState.QUEUED, sent, sent, sent)
    for message, state in zip(session.scalars(select(Message).order_by(Message.id)), became, strict=True):
        message.state = state
    session.commit()
    monkeypatch.setattr(health, "NEWEST", 3)
    read = operator.get("/metrics").text
    for word, count in (("unknown", 1.0), ("queued", 1.0), ("sent", 3.0)):
        assert f'doorstep_messages{{reason="",state="{word}"}} {count}' in read
    monkeypatch.setattr(health, "NEWEST", 100)
    assert 'doorstep_messages{reason="",state="sent"} 4.0' in operator.get("/metrics").text


def test_an_index_answers_whatever_is_asked_of_a_table_that_grows(
    operator: FlaskClient, session: Session
) -> None:
    with noted() as asked:
        assert operator.get("/metrics").status_code == 200
    session.execute(text("SET LOCAL enable_seqscan = off"))
    read = [
        (table, statement)
        for statement, filled in asked
        for table in GROWING
        if re.search(rf'Seq Scan on "?{table}\b', plan(session, (statement, filled)))
    ]
    assert len(asked) > len(GROWING)
    assert read == []
