"""Who waits for what: asked for on a form, one line for each variant, told once, first come, first told."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from babel import Locale, UnknownLocaleError
from sqlalchemy import ColumnElement, Select, and_, delete, func, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session, aliased

from app.audience import grants, profiles
from app.commerce.models import LineItem, Order, Product, Variant
from app.lib import clock, crypto, signing
from app.platforms.purchases import Person
from app.shops import page_host
from app.shops.models import Shop
from app.stock.models import Shelf, Waiting

PURPOSE = "waiting"
EXPIRES = timedelta(days=180)
"""Nobody remembers asking after that."""
ANSWERS_WITHIN = timedelta(days=1)
"""How long somebody has to confirm, before their address is forgotten."""
KEPT_DONE = timedelta(days=30)
"""How long a request is kept after it was answered or taken back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What somebody asks for, and what they read when they did."""

    address: str
    wording: str
    source: str
    locale: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Demand:
    """How many wait for one variant."""

    variant: Variant
    product: Product
    shelf: Shelf | None
    waiting: int
    since: datetime
    """When the first in the line asked."""


def ask(session: Session, shop: Shop, variant_id: int, asked: Asked) -> Waiting | None:
    """Put a mailbox into a variant's line; None where it stands there already.

    One that has not confirmed yet keeps its place, and is returned again: it may ask for another mail.
    """
    now, address = clock.now(), asked.address.lower()
    counts = not wants_confirmation(shop, asked.locale)
    profile_id = _profile(session, shop.id, address, asked.locale) if counts else None
    row = {
        "shop_id": shop.id,
        "variant_id": variant_id,
        "profile_id": profile_id,
        "address": address,
        "address_hash": crypto.fingerprint(address),
        "locale": asked.locale,
        "wording": asked.wording,
        "source": asked.source,
        "asked_at": now,
        "counts_since": now if counts else None,
    }
    made = session.scalar(insert(Waiting).values(row).on_conflict_do_nothing().returning(Waiting))
    theirs = select(Waiting).filter_by(variant_id=variant_id, address_hash=row["address_hash"])
    unconfirmed = theirs.filter_by(counts_since=None, told_at=None, left_at=None)
    return made or session.scalar(unconfirmed.with_for_update())


def wants_confirmation(shop: Shop, locale: str | None) -> bool:
    """Tell whether the law where the shop or its shopper is wants the mailbox itself to say yes."""
    return bool({shop.country, _country_of(locale)} & set(grants.CONFIRMING))


def confirm(session: Session, row: Waiting) -> None:
    """Let a request count that was confirmed from its mailbox; its place is that of its asking."""
    if row.counts_since is None:
        row.counts_since = clock.now()
        row.profile_id = _profile(session, row.shop_id, row.address, row.locale)


def leave(row: Waiting) -> None:
    """Take a request back."""
    row.left_at = row.left_at or clock.now()


def waiting(
    session: Session,
    variant_id: int,
    limit: int | None = None,
    *,
    besides: ColumnElement[bool] | None = None,
) -> list[Waiting]:
    """Return who waits for a variant, locked, in the order in which they asked; `besides`: without these."""
    line = _line().where(Waiting.variant_id == variant_id).order_by(Waiting.asked_at, Waiting.id)
    if besides is not None:
        line = line.where(~besides)
    return list(session.scalars(line.limit(limit).with_for_update(skip_locked=True)))


def tell(session: Session, ids: Collection[int]) -> None:
    """Note that these were told; they leave the line."""
    if ids:
        told = update(Waiting).where(Waiting.id.in_(ids), Waiting.told_at.is_(None))
        session.execute(told.values(told_at=clock.now()))


def keep(session: Session, ids: Collection[int]) -> None:
    """Give these their place back: their mail did not go after all. Who has asked again has a place."""
    if not ids:
        return
    other = aliased(Waiting)
    again = select(other.id).where(
        other.variant_id == Waiting.variant_id,
        other.address_hash == Waiting.address_hash,
        other.id != Waiting.id,
        other.told_at.is_(None),
        other.left_at.is_(None),
    )
    back = update(Waiting).where(Waiting.id.in_(ids), Waiting.told_at.is_not(None), ~again.exists())
    session.execute(back.values(told_at=None).execution_options(synchronize_session=False))


def drop(session: Session, ids: Collection[int]) -> None:
    """Let go of these: they cannot be written to."""
    if ids:
        gone = update(Waiting).where(
            Waiting.id.in_(ids), Waiting.told_at.is_(None), Waiting.left_at.is_(None)
        )
        session.execute(gone.values(left_at=clock.now()))


def leave_what_was_bought(session: Session, order: Order) -> None:
    """Let whoever placed an order no longer wait for what is in it."""
    address = crypto.fingerprint(order.email) if order.email else None
    bought = select(Variant.id).join(LineItem, LineItem.variant_external_id == Variant.external_id)
    bought = bought.where(LineItem.order_id == order.id, Variant.shop_id == order.shop_id)
    theirs = or_(Waiting.profile_id == order.profile_id, Waiting.address_hash == address)
    open_ = and_(Waiting.told_at.is_(None), Waiting.left_at.is_(None))
    gone = update(Waiting).where(Waiting.shop_id == order.shop_id, theirs, open_)
    gone = gone.where(Waiting.variant_id.in_(bought)).execution_options(synchronize_session=False)
    session.execute(gone.values(left_at=clock.now()))


def told_and_bought(session: Session, shop_id: int) -> tuple[int, int]:
    """Return how many were told in the last month but for the last day, and how many of them bought it."""
    same = LineItem.variant_external_id == Variant.external_id
    order = select(Order.id).join(LineItem, LineItem.order_id == Order.id).join(Variant, same)
    bought = order.where(
        Variant.id == Waiting.variant_id,
        Order.shop_id == Waiting.shop_id,
        Order.profile_id == Waiting.profile_id,
        Order.placed_at > Waiting.told_at,
    )
    counted = select(func.count(), func.count().filter(bought.exists())).select_from(Waiting)
    told = counted.where(Waiting.shop_id == shop_id, Waiting.told_at < clock.now() - timedelta(days=1))
    many, of_them = session.execute(told).one()
    return many, of_them


def demand(session: Session, shop_id: int, *, skip: int = 0, limit: int = 50) -> list[Demand]:
    """Return what is waited for in a shop, what most wait for first."""
    count, since = func.count(Waiting.id), func.min(Waiting.asked_at)
    lines = _line().with_only_columns(Waiting.variant_id, count.label("many"), since.label("since"))
    each = lines.where(Waiting.shop_id == shop_id).group_by(Waiting.variant_id).subquery()
    rows = session.execute(
        select(Variant, Product, Shelf, each.c.many, each.c.since)
        .join(each, each.c.variant_id == Variant.id)
        .join(Product, Product.id == Variant.product_id)
        .outerjoin(Shelf, Shelf.variant_id == Variant.id)
        .order_by(each.c.many.desc(), each.c.since, Variant.id)
        .offset(skip)
        .limit(limit)
    )
    return [
        Demand(variant=variant, product=product, shelf=shelf, waiting=many, since=asked_at)
        for variant, product, shelf, many, asked_at in rows
    ]


def count(session: Session, shop_id: int) -> tuple[int, int]:
    """Return how many wait in a shop, and for how many things."""
    both = _line().with_only_columns(func.count(Waiting.id), func.count(Waiting.variant_id.distinct()))
    people, things = session.execute(both.where(Waiting.shop_id == shop_id)).one()
    return people, things


def find(session: Session, shop_id: int, waiting_id: int) -> Waiting | None:
    """Return a request of a shop, locked."""
    return session.scalar(select(Waiting).filter_by(id=waiting_id, shop_id=shop_id).with_for_update())


def is_waited_for(session: Session, shop_id: int, address: str) -> bool:
    """Tell whether an address waits for something in a shop."""
    theirs = select(Waiting.id).filter_by(shop_id=shop_id, address_hash=crypto.fingerprint(address))
    still = theirs.where(Waiting.told_at.is_(None), Waiting.left_at.is_(None)).limit(1)
    return session.scalar(still) is not None


def products_waited_for(session: Session, shop_id: int) -> set[str]:
    """Return the products, as the store calls them, of which one of several variants is waited for."""
    lines = _line().where(Waiting.shop_id == shop_id).with_only_columns(Waiting.variant_id)
    several = select(Product.external_id).join(Variant, Variant.product_id == Product.id)
    wanted = several.where(Variant.id.in_(lines), Variant.external_id != Product.external_id)
    return set(session.scalars(wanted))


def forget(session: Session, shop_id: int, profile_ids: Collection[int], addresses: Iterable[str]) -> None:
    """Erase what shoppers and addresses asked for."""
    hashes = [crypto.fingerprint(address) for address in addresses]
    theirs = or_(Waiting.profile_id.in_(profile_ids), Waiting.address_hash.in_(hashes))
    session.execute(delete(Waiting).where(Waiting.shop_id == shop_id, theirs))


def purge(session: Session, *, now: datetime) -> int:
    """Forget requests that nobody confirmed, that are too old, and those that were answered or taken back."""
    over = or_(
        Waiting.asked_at < now - EXPIRES,
        Waiting.counts_since.is_(None) & (Waiting.asked_at < now - ANSWERS_WITHIN),
        Waiting.told_at < now - KEPT_DONE,
        Waiting.left_at < now - KEPT_DONE,
    )
    return session.execute(delete(Waiting).where(over)).rowcount  # type: ignore[attr-defined,no-any-return]


def url(shop: Shop, waiting_id: int) -> str:
    """Return where a request is confirmed and taken back."""
    return f"{page_host.public_url(shop)}/waiting/{signing.token(PURPOSE, [shop.id, waiting_id])}"


def waiting_of(token: str) -> tuple[int, int]:
    """Return the shop and the request that a link was made for; raises Forged."""
    match signing.read_token(PURPOSE, token):
        case [int(shop_id), int(waiting_id)]:
            return shop_id, waiting_id
        case _:
            raise signing.Forged


def _line() -> Select[Waiting]:
    """Return who waits and counts."""
    still = select(Waiting).where(Waiting.told_at.is_(None), Waiting.left_at.is_(None))
    return still.where(Waiting.counts_since.is_not(None), Waiting.asked_at > clock.now() - EXPIRES)


def _profile(session: Session, shop_id: int, address: str, locale: str | None) -> int | None:
    person = Person(email=address, locale=locale)
    profile = profiles.keep(session, shop_id, person, heard_at=clock.now())
    return profile.id if profile and profile.erased_at is None else None


def _country_of(locale: str | None) -> str | None:
    """Return where a language is read: German, said without a country, in Germany."""
    if locale is None:
        return None
    try:
        read = Locale.parse(locale.replace("-", "_"))
    except (ValueError, UnknownLocaleError):
        return None
    return read.territory or ("DE" if read.language == "de" else None)
