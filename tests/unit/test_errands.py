from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.lib import clock
from app.shops import errands
from app.shops.install import Store, install
from app.shops.models import Errand
from app.vocabulary import PlatformKey


def test_an_errand_is_claimed_once_and_gone_when_done(session: Session, shop_id: int) -> None:
    errands.add(session, shop_id, "look")
    due = errands.claim(session, ["look"])
    assert due is not None
    assert errands.claim(session, ["look"]) is None
    errands.finish(session, due, None)
    assert session.scalars(select(Errand)).all() == []


def test_an_errand_that_is_asked_for_while_it_runs_runs_again(session: Session, shop_id: int) -> None:
    errands.add(session, shop_id, "look")
    due = errands.claim(session, ["look"])
    assert due is not None
    errands.add(session, shop_id, "look")
    errands.finish(session, due, None)
    assert errands.claim(session, ["look"]) is not None


def test_whoever_comes_back_after_the_lease_is_ignored(session: Session, shop_id: int) -> None:
    errands.add(session, shop_id, "look")
    frozen = errands.claim(session, ["look"])
    assert frozen is not None
    session.scalars(select(Errand)).one().lease_until = clock.now() - timedelta(seconds=1)
    session.flush()
    again = errands.claim(session, ["look"])
    assert again is not None
    errands.finish(session, frozen, "old cursor")
    row = session.scalars(select(Errand)).one()
    assert (row.cursor, row.fence) == (None, again.fence)


def test_a_failed_errand_waits_longer_each_time_and_says_why(session: Session, shop_id: int) -> None:
    errands.add(session, shop_id, "look", every=60)
    waits = []
    for _ in range(3):
        row = session.scalars(select(Errand)).one()
        row.due_at = clock.now()
        session.flush()
        due = errands.claim(session, ["look"])
        assert due is not None
        errands.fail(session, due, "the store was away")
        waits.append((row.due_at - clock.now()).total_seconds())
    assert waits == sorted(waits)
    assert row.failure == "the store was away"


def test_a_repeated_errand_keeps_its_cursor(session: Session, shop_id: int) -> None:
    errands.add(session, shop_id, "look", every=60)
    due = errands.claim(session, ["look"])
    assert due is not None
    errands.finish(session, due, "page 2")
    row = session.scalars(select(Errand)).one()
    assert (row.cursor, row.lease_until) == ("page 2", None)
    assert row.due_at > clock.now() + timedelta(seconds=50)


def test_only_the_kinds_that_can_be_run_are_claimed(session: Session, shop_id: int) -> None:
    errands.add(session, shop_id, "unheard of")
    assert errands.claim(session, ["look"]) is None


@pytest.fixture
def shop_id(session: Session) -> int:
    store = Store(platform=PlatformKey.SHOPIFY, domain="a.myshopify.com", url="https://a.example", name="A")
    return install(session, store).id
