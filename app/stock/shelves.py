"""What there is of each variant: kept place by place, and judged when it comes back."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import select, tuple_
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from app import events
from app.commerce.models import Variant
from app.lib import clock
from app.platforms import purchases
from app.shops import errands
from app.shops.models import Shop
from app.stock import restock, returns
from app.stock.models import Level, Location, Shelf
from app.stock.restock import Standing

JUDGE = "stock.judge"
"""The errand that judges a rise, once it had time to settle; its subject is the shelf."""
Thing = tuple[int, str]
"""A shop, and a variant as its store calls it."""
ONLY_PLACE = ""
"""What the one place of a store is called that has no others."""


def keep_variants(session: Session, shop_id: int, records: Iterable[purchases.Variant]) -> None:
    """Keep how variants are counted; a store that does not tell of its places tells here what there is."""
    for record in records:
        variant = session.scalar(select(Variant).filter_by(shop_id=shop_id, external_id=record.external_id))
        if variant is None:
            continue
        shelf = _lock(session, shop_id, variant.id)
        shelf.item = record.item or shelf.item
        if variant.updated_at is not None and record.updated_at < variant.updated_at:
            continue  # it comes late: what there was then is no news
        if record.is_counted is not None:
            shelf.is_counted = record.is_counted
        if record.in_stock is not None and not _levels(session, shelf):
            _see(session, shelf, record.in_stock, record.quantity, record.updated_at)
        elif record.is_counted is not None:
            _sum_up(session, shelf, record.updated_at)


def keep_location(session: Session, shop_id: int, record: purchases.Location) -> None:
    """Keep whether a place sells online; what lies there counts from now on, or no longer."""
    place = _place(session, shop_id, record.external_id)
    place.name = record.name or place.name
    if record.sells_online == place.sells_online:
        return
    place.sells_online = record.sells_online
    session.flush()  # the sums are read from the rows
    there = select(Level.variant_id).filter_by(location_id=place.id).order_by(Level.variant_id)
    for variant_id in session.scalars(there).all():
        _sum_up(session, _lock(session, shop_id, variant_id), clock.now())


def keep_level(session: Session, shop_id: int, record: purchases.StockLevel) -> bool:
    """Keep how many lie in one place; False where we know neither the thing nor the place: ask the store."""
    shelf = session.scalar(select(Shelf).filter_by(shop_id=shop_id, item=record.item).with_for_update())
    if shelf is None or (record.location_id is not None and not _is_known(session, shop_id, record)):
        return False
    place = _place(session, shop_id, record.location_id or ONLY_PLACE)
    is_there = record.is_there if record.is_there is not None else (record.quantity or 0) > 0
    said = {"quantity": record.quantity, "is_there": is_there, "updated_at": record.updated_at}
    row = {"shop_id": shop_id, "variant_id": shelf.variant_id, "location_id": place.id, **said}
    newer = (
        insert(Level)
        .values(row)
        .on_conflict_do_update(
            index_elements=["variant_id", "location_id"],
            set_=said,
            where=Level.updated_at <= record.updated_at,
        )
    )
    if session.scalar(newer.returning(Level.id)) is not None:
        _sum_up(session, shelf, record.updated_at)
    return True


def go_on(session: Session, shop: Shop) -> None:
    """Judge what had risen in a shop that comes back, and what the store says of it by then."""
    rose = select(Shelf.id).where(Shelf.shop_id == shop.id, Shelf.rose_at.is_not(None))
    for shelf_id in session.scalars(rose):
        errands.add(session, shop.id, JUDGE, str(shelf_id), due_at=clock.now() + restock.SETTLE)


def judge(session: Session, shop_id: int, shelf_id: int) -> bool:
    """Judge a rise that has settled; says once, as an event, that a variant is truly back."""
    shelf = session.scalar(select(Shelf).filter_by(id=shelf_id, shop_id=shop_id).with_for_update())
    if shelf is None:
        return False
    known, now = _standing(shelf), clock.now()
    since = known.returns_since
    if since is None:
        return False
    returned = returns.count(session, shop_id, shelf.variant_id, since=since)
    after, is_back = restock.judge(known, quantity=shelf.quantity, returned=returned, at=now)
    _keep(shelf, after)
    if is_back:
        shelf.back_at = now
        back = events.BackInStock(happened_at=now, variant_id=shelf.variant_id, quantity=shelf.quantity)
        events.record(session, shop_id, back, once=f"back:{shelf.id}:{known.short_since}")
    return is_back


def of(session: Session, shop_id: int, variant_id: int) -> Shelf | None:
    """Return what there is of a variant, as just now known; None where it was never told."""
    return session.scalar(select(Shelf).filter_by(shop_id=shop_id, variant_id=variant_id))


def lock_if_back(session: Session, shop_id: int, variant_id: int) -> Shelf | None:
    """Return a variant's shelf, locked, while it is truly back; None while it is not."""
    there = select(Shelf).filter_by(shop_id=shop_id, variant_id=variant_id).with_for_update()
    shelf = session.scalar(there.execution_options(populate_existing=True))
    return shelf if shelf is not None and is_back(shelf) else None


def is_back(shelf: Shelf) -> bool:
    """Tell whether there is something for those who wait: more than a cancelled order has brought back."""
    return bool(shelf.is_there) and shelf.short_since is None


def sold_out(session: Session, things: Iterable[Thing]) -> set[Thing]:
    """Return which of these nobody can buy just now; what a store has not told of can be bought.

    An empty shelf alone says nothing: a store may go on selling, and send later.
    """
    wanted: set[Any] = set(things)
    if not wanted:
        return set()
    gone = select(Variant.shop_id, Variant.external_id).outerjoin(Shelf, Shelf.variant_id == Variant.id)
    gone = gone.where(
        tuple_(Variant.shop_id, Variant.external_id).in_(wanted),
        Variant.in_stock.is_(False),
        Shelf.is_there.is_not(True),
    )
    return {(shop_id, external_id) for shop_id, external_id in session.execute(gone)}


def _sum_up(session: Session, shelf: Shelf, at: datetime) -> None:
    if not shelf.is_counted:
        _see(session, shelf, is_there=True, quantity=None, at=at)
        return
    levels = _levels(session, shelf)
    selling = [level for level, sells_online in levels if sells_online]
    if not levels:
        return
    counts = [level.quantity for level in selling]
    quantity = sum(count or 0 for count in counts) if any(count is not None for count in counts) else None
    uncounted = any(level.is_there and level.quantity is None for level in selling)
    is_there = uncounted or (any(level.is_there for level in selling) and (quantity or 0) > 0)
    _see(session, shelf, is_there, None if uncounted else quantity, at)


def _see(session: Session, shelf: Shelf, is_there: bool, quantity: int | None, at: datetime) -> None:  # noqa: FBT001 - what was seen
    before, was_short, was_known = shelf.rose_at, shelf.short_since is not None, shelf.is_there is not None
    shelf.is_there, shelf.quantity = is_there, quantity
    _keep(shelf, restock.see(_standing(shelf), is_there=is_there, quantity=quantity, at=at))
    if was_known and not was_short and shelf.short_since is not None:
        sold_out = events.VariantSoldOut(happened_at=at, variant_id=shelf.variant_id)
        events.record(session, shelf.shop_id, sold_out)
    if shelf.rose_at is not None and before is None:
        due_at = clock.now() + restock.SETTLE
        errands.add(session, shelf.shop_id, JUDGE, str(shelf.id), due_at=due_at)


def _standing(shelf: Shelf) -> Standing:
    return Standing(shelf.short_since, shelf.explained, shelf.rose_at, shelf.judged_at)


def _keep(shelf: Shelf, standing: Standing) -> None:
    shelf.short_since, shelf.explained = standing.short_since, standing.explained
    shelf.rose_at, shelf.judged_at = standing.rose_at, standing.judged_at


def _lock(session: Session, shop_id: int, variant_id: int) -> Shelf:
    find = select(Shelf).filter_by(variant_id=variant_id).with_for_update()
    shelf = session.scalar(find)
    if shelf is None:
        new = {"shop_id": shop_id, "variant_id": variant_id, "is_counted": True, "explained": 0}
        session.execute(insert(Shelf).values(new).on_conflict_do_nothing())
        shelf = session.scalars(find).one()
    return shelf


def _place(session: Session, shop_id: int, external_id: str) -> Location:
    find = select(Location).filter_by(shop_id=shop_id, external_id=external_id)
    place = session.scalar(find)
    if place is None:
        new = {"shop_id": shop_id, "external_id": external_id, "sells_online": external_id == ONLY_PLACE}
        session.execute(insert(Location).values(new).on_conflict_do_nothing())
        place = session.scalars(find).one()
    return place


def _is_known(session: Session, shop_id: int, record: purchases.StockLevel) -> bool:
    place = select(Location.id).filter_by(shop_id=shop_id, external_id=record.location_id)
    return session.scalar(place) is not None


def _levels(session: Session, shelf: Shelf) -> list[tuple[Level, bool]]:
    there = select(Level, Location.sells_online).join(Location, Location.id == Level.location_id)
    rows = session.execute(
        there.where(Level.variant_id == shelf.variant_id).execution_options(populate_existing=True)
    )
    return [(level, sells_online) for level, sells_online in rows]
