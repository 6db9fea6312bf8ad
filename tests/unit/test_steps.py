"""Undo: a draft goes back and forth change by change, and what is typed at once is one change."""

from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.lib import clock
from app.messages.wording import publishing, steps, versions
from app.messages.wording.steps import TemplateStep
from app.messages.wording.versions import Template
from app.shops.models import Shop
from app.vocabulary import Trigger
from tests import sold

SHIPPED = Trigger.SHIPPED


@pytest.fixture
def shop(session: Session) -> Shop:
    return sold.shop(session)


def write(session: Session, shop: Shop, subject: str, what: str = "") -> None:
    data = {"subject": subject, "blocks": [{"kind": "text", "text": "Hi"}]}
    publishing.save(session, shop.id, SHIPPED, data, what=what)


def go(session: Session, shop: Shop, by: int) -> str:
    row = publishing.open_for(session, shop.id, SHIPPED)
    steps.go(session, row, row.step + by)
    session.flush()
    return versions.draft(session, shop.id, SHIPPED).subject


def test_a_draft_goes_back_to_nothing_and_forth_again(session: Session, shop: Shop) -> None:
    ours = versions.current(session, shop.id, SHIPPED).subject
    for subject in ("One", "Two", "Three"):
        write(session, shop, subject)
    assert [go(session, shop, -1) for _ in range(3)] == ["Two", "One", ours]
    assert [go(session, shop, 1) for _ in range(4)] == ["One", "Two", "Three", "Three"]


def test_what_is_written_after_undo_takes_the_place_of_what_was_undone(session: Session, shop: Shop) -> None:
    for subject in ("One", "Two"):
        write(session, shop, subject)
    assert go(session, shop, -1) == "One"
    write(session, shop, "Other")
    assert go(session, shop, 1) == "Other"
    assert go(session, shop, -1) == "One"


def test_what_is_typed_at_once_is_one_change_and_after_a_pause_another(session: Session, shop: Shop) -> None:
    with time_machine.travel(clock.now(), tick=False) as time:
        write(session, shop, "Start")
        for subject in ("H", "He", "Hello"):
            write(session, shop, subject, "envelope")
            time.shift(timedelta(seconds=5))
        write(session, shop, "Block", "text")
        time.shift(timedelta(minutes=2))
        write(session, shop, "Late", "text")
        assert [go(session, shop, -1) for _ in range(3)] == ["Block", "Hello", "Start"]


def test_the_last_fifty_changes_are_kept_and_none_of_what_was_published(session: Session, shop: Shop) -> None:
    for number in range(60):
        write(session, shop, f"No. {number}")
    assert [go(session, shop, -1) for _ in range(55)][-1] == "No. 10"
    row = publishing.open_for(session, shop.id, SHIPPED)
    assert steps.ends(session, row) == (11, 60)
    publishing.publish(session, shop.id, SHIPPED)
    assert session.scalar(select(func.count()).select_from(TemplateStep)) == 0
    assert session.scalar(select(Template.step)) == 0
    assert versions.current(session, shop.id, SHIPPED).subject == "No. 10"


def test_each_shop_and_message_has_its_own(session: Session, shop: Shop) -> None:
    other = sold.shop(session, domain="other.example")
    write(session, shop, "Mine")
    write(session, other, "Theirs")
    publishing.save(session, shop.id, Trigger.DELIVERED, {"subject": "There", "blocks": [{"kind": "spacer"}]})
    go(session, shop, -1)
    assert versions.draft(session, other.id, SHIPPED).subject == "Theirs"
    assert versions.draft(session, shop.id, Trigger.DELIVERED).subject == "There"
