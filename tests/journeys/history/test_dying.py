"""Whoever dies while a history is read leaves nothing undone and nothing twice."""

import pytest
from sqlalchemy import update

from app.imports import history
from app.imports.models import ImportState
from app.lib import clock
from app.platforms.shopify import bulk
from app.schema import Base
from app.shops.models import Errand
from demo.shopify import wire as shopify_wire
from demo.stores import Shelf
from jobs import history as job
from jobs import sync
from tests.dying import Killed, dying
from tests.journeys.history.conftest import Connected


@pytest.mark.parametrize("kind", ["ridge", "harbor"])
def test_whoever_dies_on_any_line_leaves_nothing_undone_and_nothing_twice(
    kind: str, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    store: Connected = request.getfixturevalue(kind)
    monkeypatch.setattr(job, "MOST", 6)
    store.begin()
    died = 0
    for line in [*range(1, 40, 3), *range(40, 900, 61)]:
        store.session.execute(update(Errand).values(due_at=clock.now(), lease_until=None))
        store.session.commit()
        try:
            with dying(line):
                sync.run()
        except Killed:
            died += 1
    store.read()
    after = store.known()
    assert died > 10
    start_anew(store)
    store.begin()
    store.read()
    assert after == store.known()
    assert store.voice.told() == []


def test_a_bit_that_somebody_else_has_kept_meanwhile_is_left(ridge: Connected) -> None:
    ridge.begin()
    at = history.place(ridge.session, ridge.shop.id)
    assert at is not None
    bit = next(job.of_shopify(ridge.shop.id, at))
    assert job._keep(ridge.shop.id, at, bit)
    assert not job._keep(ridge.shop.id, at, bit)


def test_a_file_that_is_lost_is_written_again(ridge: Connected, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bulk, "PART", 4000)
    ridge.begin()
    for _ in range(2):
        at = history.place(ridge.session, ridge.shop.id)
        assert at is not None
        assert job._keep(ridge.shop.id, at, next(job.of_shopify(ridge.shop.id, at)))
        ridge.session.rollback()
    half = history.place(ridge.session, ridge.shop.id)
    assert half is not None
    assert half.cursor
    operation = half.cursor.partition("|")[0]
    Shelf(shopify_wire.HOST).put("file", operation, {"content": ""})
    Shelf(shopify_wire.HOST).put(
        "bulk", operation, {"id": operation, "query": "", "at": 0, "ended": "EXPIRED"}
    )
    found = ridge.read()
    assert found.state is ImportState.DONE
    assert found.counts["orders"] == {"done": len(ridge.sales), "odd": 0, "total": len(ridge.sales)}
    assert ridge.orders().keys() == {str(sale.id) for sale in ridge.sales}


def start_anew(store: Connected) -> None:
    """Forget all that was read."""
    kept = {"shop", "credential", "flow", "connect_state", "inbox"}
    for table in reversed(Base.metadata.sorted_tables):
        if table.name not in kept:
            store.session.execute(table.delete())
    store.session.commit()
