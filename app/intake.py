"""What a store's delivery says → who keeps it; the whole intake in one table."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from app.audience import profiles
from app.carriers.base import Told
from app.commerce import catalog, checkouts, consent_record, fulfillments, orders
from app.lib import clock, plugins
from app.platforms import base, purchases
from app.platforms.base import Record, UnknownTopic
from app.platforms.purchases import Person
from app.privacy import erasure, tasks
from app.shops import errands, install
from app.shops.models import Shop
from app.stock import shelves
from app.tracking.exceptions import watch
from app.tracking.parcels import held, register, writeback
from app.tracking.scans import scans, shared
from app.tracking.sources import following

Records = tuple[Record | Told, ...]

SAYS_WHO = (Person, base.Consent)
"""What an order's delivery says beside it of its shopper."""
PATIENCE = timedelta(minutes=1)
"""How long a store may take to tell the rest, before it is asked."""


def apply(session: Session, shop: Shop, records: Records, heard_at: datetime) -> None:
    """Apply what a store says, in one transaction of the caller's; doing it twice is doing it once."""
    hold(session, shop, [records])
    take(session, shop, records, heard_at)
    settle(session, shop, [(records, heard_at)])


def hold(session: Session, shop: Shop, said: Sequence[Records]) -> None:
    """Lock the orders that these records hold, change or speak of."""
    whole = (purchases.Order, purchases.OrderDeleted, purchases.OrderEdited)
    flat = [record for records in said for record in records]
    own = {record.external_id for record in flat if isinstance(record, whole)}
    named = {it.fulfillment_id for it in flat if isinstance(it, purchases.Scan) and not it.order_id}
    told = {record.update.number for record in flat if isinstance(record, Told)}
    followed = scans.orders_of(session, shop.id, fulfillments=named, numbers=told)
    orders.hold(session, shop.id, own.union(followed, *map(_spoken_of, said)))
    held.read(session, orders.held(session))
    profiles.hold(session, shop.id, filter(None, map(_who, flat)))


def take_together(session: Session, shop: Shop, said: Sequence[Records], heard_at: datetime) -> None:
    """Keep what many things say, all of it or nothing; what is said of one is in the database after `flush`.

    No order among them may be one that was erased: what is to be forgotten is read from the database.
    """
    flat = [record for records in said for record in records]
    sold = [record for record in flat if isinstance(record, purchases.Order)]
    sent = [record for record in flat if isinstance(record, purchases.Fulfillment)]
    sent += [fulfillment for record in sold for fulfillment in record.fulfillments or ()]
    orders.make(session, shop.id, (record.external_id for record in sold), heard_at=heard_at)
    theirs = {order.external_id: order for order in orders.held(session)}
    fulfillments.make(session, {it.external_id: theirs[it.order_id] for it in sent if it.order_id in theirs})
    held.number(session, sum(len(it.parcels) or 1 for it in sent))
    with session.no_autoflush:
        for records in said:
            take(session, shop, tuple(it for it in records if not isinstance(it, purchases.Scan)), heard_at)
        KEEPERS[purchases.Scan](session, shop, flat, heard_at)


def take(session: Session, shop: Shop, records: Records, heard_at: datetime) -> None:
    """Keep what is said; `settle` does what follows from it."""
    told = [record.update.number for record in records if isinstance(record, Told)]
    if told and not any(following.ours(session, shop, number) for number in told):
        raise UnknownTopic("no parcel of this shop has this number")
    forgotten = False
    for record in records:
        if isinstance(record, purchases.Scan):
            continue
        if not (forgotten and isinstance(record, SAYS_WHO)):
            KEEPERS[type(record)](session, shop, record, heard_at)
        if isinstance(record, purchases.Order):  # what comes late says again who it was
            order = orders.lock(session, shop.id, record.external_id, heard_at=heard_at)
            forgotten = order.erased_at is not None
    KEEPERS[purchases.Scan](session, shop, records, heard_at)


def settle(session: Session, shop: Shop, taken: Sequence[tuple[Records, datetime]]) -> None:
    """Review the orders that are locked here, and ask the store for those that it has not told us of."""
    locked = orders.held(session)
    checkouts.close(session, shop.id, locked)
    watch.review(session, locked)
    errand = plugins.discover("app.platforms")[shop.platform].order_errand
    if errand is None:
        return
    spoken_of = {external_id: at for records, at in taken for external_id in _spoken_of(records)}
    for order in locked:
        if order.external_id in spoken_of and not order.is_known:
            due_at = spoken_of[order.external_id] + PATIENCE
            errands.add(session, shop.id, errand, order.external_id, due_at=due_at)


def _spoken_of(records: Records) -> set[str]:
    """Return the orders that records speak of without holding them."""
    parts = (purchases.Fulfillment, purchases.Scan, purchases.Refund)
    spoken_of = {record.order_id for record in records if isinstance(record, parts) and record.order_id}
    return spoken_of - {record.external_id for record in records if isinstance(record, purchases.Order)}


def _who(record: Record | Told) -> Person | None:
    """Return whom a record names."""
    if isinstance(record, Person):
        return record
    has_one = (purchases.Order, purchases.Past, purchases.Checkout, base.Consent)
    return record.person if isinstance(record, has_one) else None


def _order(session: Session, shop: Shop, record: purchases.Order, heard_at: datetime) -> None:
    if record.erased:  # while its row still says whose it was
        erased = orders.lock(session, shop.id, record.external_id, heard_at=heard_at)
        whose = erasure.erase_with_guest(session, erased)
        errand = plugins.discover("app.platforms")[shop.platform].erased_errand
        if whose is not None and errand is not None:
            subject = f"{whose.id} {whose.external_id}"
            errands.add(session, shop.id, errand, subject, due_at=clock.now() + PATIENCE)
    order = orders.keep(session, shop.id, record, heard_at=heard_at)
    register.keep_list(session, order, record, heard_at=heard_at)
    register.announce(session, order)


def _scans(session: Session, shop: Shop, records: Sequence[Record | Told], heard_at: datetime) -> None:
    """Keep the scans among records, but for those that we told the store of."""
    said = [record for record in records if isinstance(record, purchases.Scan)]
    theirs = writeback.not_ours(session, shop, said) if said else ()
    if theirs:
        shared.keep(session, shop.id, theirs, source=shop.platform, heard_at=heard_at)


def _product(session: Session, shop: Shop, record: purchases.Product, heard_at: datetime) -> None:
    del heard_at
    catalog.keep(session, shop.id, record)
    shelves.keep_variants(session, shop.id, record.variants or ())


def _variant(session: Session, shop: Shop, record: purchases.Variant, heard_at: datetime) -> None:
    del heard_at
    catalog.keep_variant(session, shop.id, record)
    shelves.keep_variants(session, shop.id, [record])


def _level(session: Session, shop: Shop, record: purchases.StockLevel, heard_at: datetime) -> None:
    del heard_at
    errand = plugins.discover("app.platforms")[shop.platform].stock_errand
    if not shelves.keep_level(session, shop.id, record) and errand is not None:
        errands.add(session, shop.id, errand, record.item)


def _person(session: Session, shop: Shop, record: Person, heard_at: datetime) -> None:
    profiles.keep(session, shop.id, record, heard_at=heard_at)


def _consent(session: Session, shop: Shop, record: base.Consent, heard_at: datetime) -> None:
    if not consent_record.is_ours(session, shop, record):
        profiles.keep_consent(session, shop.id, record, heard_at=heard_at)


def _shop(session: Session, shop: Shop, record: base.ShopChanged, heard_at: datetime) -> None:
    del session, heard_at
    for field in ("name", "url", "email", "timezone", "currency", "locale", "country"):
        setattr(shop, field, getattr(record, field) or getattr(shop, field))


def _scopes(session: Session, shop: Shop, record: base.ScopesChanged, heard_at: datetime) -> None:
    del session, heard_at
    shop.scopes = " ".join(sorted(record.scopes))


def _uninstalled(session: Session, shop: Shop, record: base.Uninstalled, heard_at: datetime) -> None:
    del record, heard_at
    errands.add(session, shop.id, f"{shop.platform}.confirm_uninstall")


Keeper = Callable[[Session, Shop, Any, datetime], None]

KEEPERS: dict[type[Any], Keeper] = {
    purchases.Order: _order,
    purchases.OrderEdited: lambda s, shop, r, at: orders.keep_edit(s, shop.id, r, heard_at=at),
    purchases.OrderDeleted: lambda s, shop, r, at: orders.keep_deletion(
        s, shop.id, r.external_id, heard_at=at
    ),
    purchases.Refund: lambda s, shop, r, at: orders.keep_refund(s, shop.id, r, heard_at=at),
    purchases.Fulfillment: lambda s, shop, r, at: register.keep_fulfillment(s, shop.id, r, heard_at=at),
    purchases.Scan: _scans,  # all that are told at once
    purchases.Checkout: lambda s, shop, r, at: checkouts.keep(s, shop.id, r, heard_at=at),
    purchases.Product: _product,
    purchases.Variant: _variant,
    purchases.Location: lambda s, shop, r, _: shelves.keep_location(s, shop.id, r),
    purchases.StockLevel: _level,
    Person: _person,
    purchases.Past: lambda s, shop, r, at: profiles.keep_past(s, shop.id, r, heard_at=at),
    base.Consent: _consent,
    base.PersonMerged: lambda s, shop, r, _: profiles.merge(s, shop.id, r.kept_id, r.gone_id),
    base.PersonDeleted: lambda s, shop, r, _: erasure.forget_record(s, shop.id, r.external_id),
    base.ShopChanged: _shop,
    base.ScopesChanged: _scopes,
    base.Uninstalled: _uninstalled,
    base.Broken: lambda s, shop, r, _: install.mark_broken(s, shop, r.reason),
    base.AskStore: lambda s, shop, r, _: errands.add(s, shop.id, r.errand, r.subject),
    Told: lambda s, shop, r, at: following.keep(s, shop, r, heard_at=at),
    base.PrivacyRequest: lambda s, shop, r, at: tasks.ask(s, shop, r, heard_at=at),
}
