"""What one shopper has agreed to, address by address, with what shows it; and taking it back for them."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.admin.customers import consent_words as words
from app.admin.words import Chip
from app.audience import choices, consent, whereabouts
from app.audience.choices import Choice, Reach
from app.audience.models import ConsentRow, Profile
from app.commerce.models import Order
from app.lib import crypto
from app.lib.db import among
from app.shops.models import Shop
from app.vocabulary import Category, ConsentSource, Medium

MOST = 3
"""So many of a shopper's addresses are shown: their own, and those of their latest orders."""


class Line(NamedTuple):
    """One kind of message to one address."""

    choice: Choice
    name: str
    address: str
    """Where it is not the shopper's first of its kind, else empty."""
    said: ConsentRow | None
    """What was last said about it."""
    seal: Chip | None
    stopped: str
    """Why the address is not written to; empty where it may be."""
    chip: Chip


def lines(session: Session, shop: Shop, profile: Profile) -> list[Line]:
    """Return what goes to each of a shopper's addresses, and what was last said about it."""
    reaches = _reaches(session, profile)
    offered = choices.offered(session, shop.id, profile, reaches, _country(session, shop, profile))
    last = _last_said(session, shop.id, reaches)
    firsts = {medium: next(it.address for it in reaches if it.medium is medium) for medium in _media(reaches)}
    found = []
    for it in offered:
        medium, address = it.reach.medium, it.reach.address
        row = last.get((medium, address, it.category))
        found.append(
            Line(
                it,
                words.about(medium, it.category),
                "" if firsts[medium] == address else address,
                row,
                words.seal(row, is_unchanged=consent.is_unchanged(row)) if row else None,
                words.stopped(it.suppressed) if it.suppressed else "",
                words.standing(is_on=it.is_on, is_stopped=it.suppressed is not None),
            )
        )
    return found


def withdraw(session: Session, shop: Shop, profile: Profile, name: str, who: str) -> bool:
    """Say no for a shopper who asked the merchant to; False where nothing of that name goes to them."""
    country = _country(session, shop, profile)
    offered = choices.offered(session, shop.id, profile, _reaches(session, profile), country)
    choice = next((it for it in offered if it.name == name and it.is_on), None)
    if choice is None:
        return False
    choices.change(
        session,
        shop.id,
        profile,
        choice,
        on=False,
        source=ConsentSource.MERCHANT,
        wording=None,
        proof={"by": who},
    )
    return True


def _reaches(session: Session, profile: Profile) -> list[Reach]:
    typed = (
        select(Order.email, Order.phone, func.max(func.coalesce(Order.placed_at, Order.first_heard_at)))
        .where(Order.profile_id == profile.id, Order.erased_at.is_(None))
        .group_by(Order.email, Order.phone)
        .order_by(func.max(Order.id).desc())
        .limit(MOST)
    )
    ordered_at: dict[tuple[Medium, str], datetime] = {}
    for email, phone, at in session.execute(typed):
        for medium, address in ((Medium.EMAIL, email), (Medium.SMS, phone)):
            if address:
                ordered_at.setdefault((medium, address), at)
    own = [(Medium.EMAIL, profile.email), (Medium.SMS, profile.phone)]
    known = dict.fromkeys((medium, address) for medium, address in [*own, *ordered_at] if address)
    shown = list(known)[: MOST + 1]
    shown += _on_whatsapp(session, profile, [address for medium, address in shown if medium is Medium.SMS])
    return [Reach(*it, is_own=True, ordered_at=ordered_at.get(it)) for it in shown]


def _on_whatsapp(session: Session, profile: Profile, numbers: Sequence[str]) -> list[tuple[Medium, str]]:
    """Return those numbers of which something was said about WhatsApp."""
    hashes = {crypto.fingerprint(number): number for number in numbers}
    said = select(ConsentRow.address_hash).filter_by(shop_id=profile.shop_id, medium=Medium.WHATSAPP)
    there = set(session.scalars(said.where(among(ConsentRow.address_hash, hashes))))
    return [(Medium.WHATSAPP, number) for address, number in hashes.items() if address in there]


def _media(reaches: Iterable[Reach]) -> set[Medium]:
    return {it.medium for it in reaches}


def _country(session: Session, shop: Shop, profile: Profile) -> str | None:
    newest = select(Order.ship_to).where(Order.profile_id == profile.id, Order.ship_to.is_not(None))
    place = session.scalar(newest.order_by(Order.id.desc()).limit(1))
    return whereabouts.country_of(place or {}, profile.phone, shop.country)


def _last_said(
    session: Session, shop_id: int, reaches: Iterable[Reach]
) -> Mapping[tuple[Medium, str, Category], ConsentRow]:
    found: dict[tuple[Medium, str, Category], ConsentRow] = {}
    for reach in reaches:
        for row in choices.spoken(session, shop_id, reach.address):
            if row.medium is reach.medium:
                found.setdefault((row.medium, reach.address, row.category), row)
    return found
