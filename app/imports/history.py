"""The history of a store: what it sold before it connected, read once, told to nobody."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import exists, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from app.events import EventRow, ShopUninstalled
from app.flows import switches
from app.imports.models import Import, ImportKind, ImportState
from app.lib import clock
from app.lib.db import memory
from app.platforms.walking import Step
from app.shops import errands
from app.shops.models import Shop
from app.vocabulary import PlatformKey

AGAIN = 5
"""Seconds until the store is looked at again while it still prepares what we asked for."""
ANEW = ""
"""As a cursor: this step is read once more, from its beginning."""
STEPS: dict[PlatformKey, tuple[Step, ...]] = {
    PlatformKey.SHOPIFY: (Step.ORDERS, Step.SHOPPERS, Step.PRODUCTS),
    PlatformKey.WOOCOMMERCE: (
        Step.ORDERS,
        Step.SHOPPERS,
        Step.PASTS,
        Step.PRODUCTS,
    ),
}


class Place(NamedTuple):
    """Where the reading of a history stands."""

    import_id: int
    step: Step
    cursor: str | None
    asked_at: datetime
    total: int | None


@contextmanager
def as_past(session: Session, row: Import) -> Iterator[None]:
    """Let what happened before an import was asked for be lines of a timeline, from which nothing follows."""
    now = clock.now()
    memory(session)["reacted_at"] = lambda event: now if event.happened_at <= row.asked_at else None
    try:
        yield
    finally:
        memory(session).pop("reacted_at", None)


def begin(session: Session, shop: Shop) -> None:
    """Have a store's history read, once; one that was interrupted goes on.

    A store that had left us and is back tells it anew: of what it sold meanwhile nobody told us.
    """
    fresh: dict[str, Any] = {
        "state": ImportState.RUNNING,
        "asked_at": clock.now(),
        "step": STEPS[shop.platform][0],
        "cursor": None,
        "counts": {},
        "ended_at": None,
        "failure": None,
    }
    row = {"shop_id": shop.id, "kind": ImportKind.HISTORY, **fresh}
    session.execute(insert(Import).values(row).on_conflict_do_nothing())
    had_left = exists().where(
        EventRow.shop_id == shop.id,
        EventRow.kind == ShopUninstalled.kind,
        EventRow.happened_at > Import.asked_at,
    )
    mine = update(Import).filter_by(shop_id=shop.id, kind=ImportKind.HISTORY)
    session.execute(mine.where(had_left).values(fresh).execution_options(synchronize_session=False))
    running = select(Import.id).filter_by(shop_id=shop.id, kind=ImportKind.HISTORY, state=ImportState.RUNNING)
    if session.scalar(running) is not None:
        errands.add(session, shop.id, errand(shop), every=AGAIN)


def errand(shop: Shop) -> str:
    """Return the errand that reads a shop's history."""
    return f"{shop.platform}.history"


def of_shop(session: Session, shop_id: int) -> Import | None:
    """Return how far the history of a shop was read; None where nobody asked for it."""
    return session.scalar(select(Import).filter_by(shop_id=shop_id, kind=ImportKind.HISTORY))


def place(session: Session, shop_id: int) -> Place | None:
    """Return where the reading goes on; None where it is over."""
    row = of_shop(session, shop_id)
    if row is None or row.state is not ImportState.RUNNING or row.step is None:
        return None
    step = Step(row.step)
    total = row.counts.get(step, {}).get("total")
    return Place(row.id, step, row.cursor, row.asked_at, total)


def hold(session: Session, at: Place) -> Import | None:
    """Lock the import; None where somebody else has taken it further meanwhile."""
    row = session.scalar(select(Import).filter_by(id=at.import_id).with_for_update())
    same = row is not None and (row.step, row.cursor, row.asked_at) == (at.step, at.cursor, at.asked_at)
    return row if same else None


def is_over(session: Session, shop_id: int) -> bool:
    """Tell whether there is nothing to read; until this transaction ends, nobody begins anew."""
    mine = select(Import).filter_by(shop_id=shop_id, kind=ImportKind.HISTORY).with_for_update()
    row = session.scalar(mine.execution_options(populate_existing=True))
    return row is None or row.state is not ImportState.RUNNING


def count(  # noqa: PLR0913 - the figures of one bit
    row: Import,
    *,
    done: int,
    odd: int,
    total: int | None,
    left: int | None = None,
    made: Sequence[datetime] = (),
) -> None:
    """Add what a bit has brought: how many things, of how many, how many to come, and its orders' times."""
    assert row.step is not None
    known = row.counts.get(row.step, {})
    total = known.get("total") if total is None else total
    counted = {
        "done": known.get("done", 0) + done if left is None or total is None else max(total - left, 0),
        "odd": known.get("odd", 0) + odd,
        "total": total,
    }
    row.counts = row.counts | {row.step: counted}
    row.begins_at = min((*made, *filter(None, (row.begins_at,))), default=None)


def go_on(session: Session, row: Import, cursor: str | None) -> None:
    """Note where the reading goes on; None: this step is over, and the next begins."""
    row.cursor = cursor
    if cursor == ANEW:
        row.counts = {step: counted for step, counted in row.counts.items() if step != row.step}
    if cursor is not None:
        return
    shop = session.get_one(Shop, row.shop_id)
    steps = STEPS[shop.platform]
    left = steps[steps.index(Step(row.step or "")) + 1 :]
    row.step = left[0] if left else None
    if not left:
        row.state, row.ended_at = ImportState.DONE, clock.now()
        switches.look_back(session, shop.id, switches.switched_on(session, shop.id))


def miss(session: Session, row: Import, why: str) -> None:
    """Note that the store does not let us read what this step is about, and begin the next."""
    row.failure = why
    go_on(session, row, None)


def listened_since(session: Session, shop_id: int, earliest: datetime) -> datetime:
    """Return from when on a store is asked for what it did not tell us: what is older is its history's."""
    asked = select(Import.asked_at).filter_by(shop_id=shop_id, kind=ImportKind.HISTORY)
    return max(session.scalar(asked) or earliest, earliest)
