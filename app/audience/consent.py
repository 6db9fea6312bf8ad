"""What was said about messages to an address: kept with its proof, found again, and shown as a receipt."""

import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import and_, delete, func, or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from app.audience import suppression
from app.audience.grants import Said
from app.audience.models import ConsentRow, Suppression
from app.lib import clock, crypto
from app.lib.db import among
from app.platforms.base import Consent
from app.vocabulary import Category, ConsentBasis, ConsentSource, ConsentState, Medium

FROM_THE_ADDRESS = (ConsentSource.PREFERENCES, ConsentSource.CONFIRMATION, ConsentSource.KEYWORD)
"""Saying it there is confirming it."""
BY_THEMSELVES = (*FROM_THE_ADDRESS, ConsentSource.TRACKING_PAGE)
"""Where nobody but whoever reads the address can say yes: a new one there takes back an older no.

Not at a checkout, where anybody can type it, and a store may have ticked the box beforehand: that is asked
about (app.flows.triggers.confirm_offers).
"""

Subject = tuple[int, int | None, bytes | None]
"""A shop's profile and an address's hash: either is enough."""


def add(
    session: Session, shop_id: int, profile_id: int | None, consent: Consent, *, heard_at: datetime
) -> None:
    """Keep what was said, once; a yes that only they can have said takes back their own older no."""
    address = address_of(consent)
    at = consent.at or heard_at
    is_yes = consent.state is ConsentState.SUBSCRIBED
    confirmed = consent.is_confirmed or consent.source in FROM_THE_ADDRESS
    row: dict[str, Any] = {
        "shop_id": shop_id,
        "address_hash": crypto.fingerprint(address) if address else None,
        "medium": consent.medium,
        "category": consent.category,
        "state": consent.state,
        "basis": (ConsentBasis.CONFIRMED if confirmed else ConsentBasis.EXPRESS) if is_yes else None,
        "source": consent.source,
        "wording": consent.wording,
        "proof": dict(consent.proof),
        "at": at,
    }
    kept = {"profile_id": profile_id, "recorded_at": clock.now(), "seal": crypto.seal_of(_written(row))}
    session.execute(insert(ConsentRow).values(row | kept).on_conflict_do_nothing())
    if is_yes and address and consent.source in BY_THEMSELVES:
        suppression.lift(session, shop_id, consent.medium, address, consent.category, before=at)


def address_of(consent: Consent) -> str | None:
    """Return the address that a consent is about; None where the store does not say."""
    person = consent.person
    return consent.address or (person.email if consent.medium is Medium.EMAIL else person.phone)


def last_said(session: Session, subject: Subject, medium: Medium, category: Category) -> Said | None:
    """Return what was last said about one category to one address; None where nothing ever was."""
    return said_of(session, [subject]).get((subject, medium, category))


def ticked_since_no(session: Session, shop_id: int, address: str) -> datetime | None:
    """Return when a box for offers was ticked after a no that still stands; None: it was not."""
    theirs = {"shop_id": shop_id, "medium": Medium.EMAIL, "address_hash": crypto.fingerprint(address)}
    no = select(Suppression.at).filter_by(**theirs, category=Category.MARKETING)
    ended_at = session.scalar(no.where(Suppression.reason == suppression.UNSUBSCRIBED))
    if ended_at is None:
        return None
    yes = select(func.max(ConsentRow.at)).filter_by(
        **theirs,
        category=Category.MARKETING,
        state=ConsentState.SUBSCRIBED,
        source=ConsentSource.CHECKOUT,
    )
    return session.scalar(yes.where(ConsentRow.at > ended_at))


def said_of(session: Session, subjects: Iterable[Subject]) -> Mapping[tuple[Subject, Medium, Category], Said]:
    """Return what was last said of each of these addresses, in one query.

    What is about no address in particular counts for every address of its profile.
    """
    wanted = set(subjects)
    hashes = {address for _, _, address in wanted if address is not None}
    profiles = {profile for _, profile, _ in wanted if profile is not None}
    of_profile = and_(ConsentRow.address_hash.is_(None), among(ConsentRow.profile_id, profiles))
    rows = select(ConsentRow).where(
        ConsentRow.shop_id.in_({shop_id for shop_id, _, _ in wanted}),
        or_(among(ConsentRow.address_hash, hashes), of_profile),
    )
    by_address: dict[tuple[int, bytes | int | None], list[Subject]] = {}
    for subject in wanted:
        shop_id, profile_id, address = subject
        for known_by in (address, profile_id):
            if known_by is not None:
                by_address.setdefault((shop_id, known_by), []).append(subject)
    found = {}
    for row in session.scalars(rows.order_by(ConsentRow.at, ConsentRow.id)):  # the latest comes last
        said = Said(row.state, row.source, row.at, row.basis is ConsentBasis.CONFIRMED)
        for subject in by_address.get((row.shop_id, row.address_hash or row.profile_id), ()):
            found[subject, row.medium, row.category] = said
    return found


def receipt(row: ConsentRow) -> dict[str, Any]:
    """Return what was said, when and where, with the seal that shows it was not changed since."""
    return {**json.loads(_written(_columns(row))), "seal": row.seal.hex() if row.seal else None}


def is_unchanged(row: ConsentRow) -> bool:
    """Tell whether a row is as it was written."""
    return row.seal == crypto.seal_of(_written(_columns(row)))


def forget(session: Session, shop_id: int, profile_ids: Iterable[int], addresses: Iterable[str]) -> None:
    """Erase what was said of these shoppers and addresses; a no outlives it as a suppression."""
    known = {address.strip().lower() for address in addresses if address}
    hashes = {crypto.fingerprint(address): address for address in known}
    about = or_(ConsentRow.profile_id.in_(list(profile_ids)), ConsentRow.address_hash.in_(hashes))
    rows = select(ConsentRow).where(ConsentRow.shop_id == shop_id, about)
    last = {
        (row.address_hash, row.medium, row.category): row
        for row in session.scalars(rows.order_by(ConsentRow.at, ConsentRow.id))
    }
    for row in last.values():
        if row.state is ConsentState.UNSUBSCRIBED:
            for address in [hashes[row.address_hash]] if row.address_hash in hashes else known:
                suppression.suppress(
                    session,
                    shop_id,
                    row.medium,
                    address,
                    row.category,
                    reason=suppression.UNSUBSCRIBED,
                )
    session.execute(delete(ConsentRow).where(ConsentRow.shop_id == shop_id, about))


def _columns(row: ConsentRow) -> dict[str, Any]:
    names = ("shop_id", "address_hash", "medium", "category", "state", "basis", "source", "wording", "proof")
    return {name: getattr(row, name) for name in (*names, "at")}


def _written(row: Mapping[str, Any]) -> str:
    """Write a consent the same way always: the seal stands on it."""
    plain = dict(row) | {
        "address_hash": row["address_hash"].hex() if row["address_hash"] else None,
        "at": row["at"].isoformat(timespec="microseconds"),
    }
    return json.dumps(plain, sort_keys=True, ensure_ascii=False)
