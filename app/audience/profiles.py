"""Profiles: one shopper in one shop, found again by platform id, then by e-mail address."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import delete, false, or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session, aliased

from app import events
from app.audience.consent import add, address_of, last_said
from app.audience.grants import Said
from app.audience.models import ConsentRow, Profile
from app.lib import clock, crypto
from app.lib.db import among, memory
from app.platforms.base import Consent
from app.platforms.purchases import Past, Person
from app.vocabulary import ConsentSource, ConsentState, Medium

Names = dict[tuple[str, int, str], Profile | None]
"""By platform id or address: who was read in this transaction; None: there was nobody."""


class Gone(NamedTuple):
    """A platform id of which the store has deleted its record."""

    at: datetime


def hold(session: Session, shop_id: int, people: Iterable[Person]) -> None:
    """Read and lock the profiles of these people at once, for `keep` to find."""
    named = list(people)
    ids = {person.external_id for person in named if person.external_id is not None}
    emails = {person.email.lower() for person in named if person.email}
    if not (ids or emails):
        return
    either = or_(among(Profile.external_id, ids), among(Profile.email, emails))
    mine = select(Profile).where(Profile.shop_id == shop_id, either).order_by(Profile.id)
    locked = mine.with_for_update(key_share=True).execution_options(populate_existing=True)
    _known(session).update(dict.fromkeys([("id", shop_id, ident) for ident in ids]))
    _known(session).update(dict.fromkeys([("email", shop_id, email) for email in emails]))
    for row in session.scalars(locked):
        _remember(session, row)


def keep(session: Session, shop_id: int, person: Person, *, heard_at: datetime) -> Profile | None:
    """Return the profile of a person, made or brought up to date; None where nothing identifies them.

    An address that already belongs to another platform id stays there: the order keeps its own copy.
    """
    email = person.email.lower() if person.email else None
    if person.external_id is None and email is None:
        return None
    found = _find(session, shop_id, person.external_id, email)
    if isinstance(found, Gone):  # what comes late is about a guest
        return _keep_guest(session, shop_id, person, found, heard_at)
    profile = found or _add(session, shop_id, person, heard_at)
    if profile is None:  # somebody was faster
        _forget(session, shop_id, person.external_id, email)
        profile = _find_one(session, shop_id, person.external_id, email)
    if profile is None or profile.erased_at is not None:
        return profile
    if profile.external_id is None:
        profile.external_id = person.external_id
    if email and profile.email != email and _find_one(session, shop_id, None, email) is None:
        profile.email = email
    _remember(session, profile)
    if _is_news(profile, person):
        for field in ("phone", "first_name", "last_name", "locale"):
            setattr(profile, field, getattr(person, field) or getattr(profile, field))
        profile.platform_updated_at = person.updated_at or profile.platform_updated_at
    return profile


def keep_consent(session: Session, shop_id: int, consent: Consent, *, heard_at: datetime) -> None:
    """Remember what a shopper said about messages to an address; saying it again changes nothing."""
    profile = keep(session, shop_id, consent.person, heard_at=heard_at)
    address = address_of(consent)
    if (profile is None and not address) or (profile is not None and profile.erased_at is not None):
        return
    profile_id = profile.id if profile else None
    subject = shop_id, profile_id, crypto.fingerprint(address) if address else None
    before = last_said(session, subject, consent.medium, consent.category)
    add(session, shop_id, profile_id, consent, heard_at=heard_at)
    after = last_said(session, subject, consent.medium, consent.category)
    if after is not None and (before is None or _is_news_of(after, before)):
        changed = events.ConsentChanged(
            happened_at=after.at,
            profile_id=profile_id,
            medium=consent.medium,
            category=consent.category,
            state=after.state,
        )
        events.record(session, shop_id, changed)


def keep_past(session: Session, shop_id: int, past: Past, *, heard_at: datetime) -> None:
    """Remember what the store says that a shopper has bought in all."""
    profile = keep(session, shop_id, past.person, heard_at=heard_at)
    if profile is None or profile.erased_at is not None:
        return
    profile.past_orders, profile.past_spent = past.orders, past.spent
    profile.past_currency, profile.past_last_order_at = past.currency, past.last_order_at
    profile.past_told_at = heard_at


def _is_news_of(after: Said, before: Said) -> bool:
    """Tell whether something else was said, or the same again from the address itself."""
    return after.state is not before.state or (after.is_confirmed and not before.is_confirmed)


def merge(session: Session, shop_id: int, kept_id: str, gone_id: str) -> None:
    """Let one platform record stand for two: what the gone one had is remembered under the kept one."""
    kept, gone = (_find_one(session, shop_id, external_id, None) for external_id in (kept_id, gone_id))
    memory(session).pop("profiles", None)
    if gone is None:
        return
    if kept is None:
        gone.external_id = kept_id
        return
    _drop_what_both_said(session, kept.id, gone.id)
    for table in _referring_tables():
        session.execute(table.update().where(table.c.profile_id == gone.id).values(profile_id=kept.id))
    kept_fields = {field: getattr(kept, field) or getattr(gone, field) for field in ("phone", "locale")}
    email = kept.email or gone.email
    session.delete(gone)
    session.flush()  # frees the address for the kept profile
    kept.email = email
    for field, value in kept_fields.items():
        setattr(kept, field, value)


def forget_platform_record(session: Session, shop_id: int, external_id: str) -> Profile | None:
    """Let go of a platform id that the store deleted; the shopper, whose orders stay theirs, is returned."""
    profile, now = _find_one(session, shop_id, external_id, None), clock.now()
    memory(session).pop("profiles", None)
    if profile is not None:
        profile.external_id = None
        session.flush()  # frees the id for the row that says that it is gone
        _say_no(session, shop_id, profile.email, now)
    gone = {"shop_id": shop_id, "external_id": external_id, "first_seen_at": now, "gone_at": now}
    session.execute(insert(Profile).values(gone).on_conflict_do_nothing())
    return profile


def _keep_guest(
    session: Session, shop_id: int, person: Person, gone: Gone, heard_at: datetime
) -> Profile | None:
    """Return the profile of somebody whose record the store has deleted since it said this."""
    profile = keep(session, shop_id, replace(person, external_id=None), heard_at=heard_at)
    if profile is not None and profile.erased_at is None:
        _say_no(session, shop_id, profile.email, gone.at)
    return profile


def _say_no(session: Session, shop_id: int, email: str | None, at: datetime) -> None:
    said_no = Consent(
        person=Person(email=email),
        medium=Medium.EMAIL,
        state=ConsentState.UNSUBSCRIBED,
        source=ConsentSource.RECORD_DELETED,
        at=at,
    )
    keep_consent(session, shop_id, said_no, heard_at=clock.now())


def _add(session: Session, shop_id: int, person: Person, heard_at: datetime) -> Profile | None:
    """Return a new profile; None where somebody was faster, or its address is another's."""
    new = {
        "shop_id": shop_id,
        "external_id": person.external_id,
        "email": person.email.lower() if person.email else None,
        "phone": person.phone,
        "first_name": person.first_name,
        "last_name": person.last_name,
        "locale": person.locale,
        "platform_updated_at": person.updated_at,
        "first_seen_at": heard_at,
    }
    return session.scalar(insert(Profile).values(new).on_conflict_do_nothing().returning(Profile))


def _find_one(session: Session, shop_id: int, external_id: str | None, email: str | None) -> Profile | None:
    """Return the locked profile of a platform id that is not gone, else of an address as `_find` does."""
    found = _find(session, shop_id, external_id, email)
    return None if isinstance(found, Gone) else found


def _find(
    session: Session, shop_id: int, external_id: str | None, email: str | None
) -> Profile | Gone | None:
    """Return the locked profile of a platform id, else of an address that is no other platform id's.

    Gone: the store has deleted its record of this id.
    """
    found = _read(session, shop_id, external_id, email)
    for row in found:
        if external_id is not None and row.external_id == external_id:
            return Gone(row.gone_at) if row.gone_at else row
    return next((row for row in found if external_id is None or row.external_id is None), None)


def _read(session: Session, shop_id: int, external_id: str | None, email: str | None) -> Sequence[Profile]:
    """Return the locked profiles that have this platform id or this address."""
    known, names = _known(session), _names(shop_id, external_id, email)
    if all(name in known for name in names):
        held = dict.fromkeys(row for name in names if (row := known[name]) is not None)
        return [row for row in held if set(names) & set(_names(shop_id, row.external_id, row.email))]
    columns = ((Profile.external_id, external_id), (Profile.email, email))
    either = [column == value for column, value in columns if value is not None]
    mine = select(Profile).where(Profile.shop_id == shop_id, or_(false(), *either))
    return session.scalars(mine.with_for_update(key_share=True)).all()  # others may refer to it meanwhile


def _known(session: Session) -> Names:
    known: Names = memory(session).setdefault("profiles", {})
    return known


def _remember(session: Session, profile: Profile) -> None:
    known = _known(session)
    for name in _names(profile.shop_id, profile.external_id, profile.email):
        if name in known:
            known[name] = profile


def _forget(session: Session, shop_id: int, external_id: str | None, email: str | None) -> None:
    """Have these looked up again: somebody else has written meanwhile."""
    for name in _names(shop_id, external_id, email):
        _known(session).pop(name, None)


def _names(shop_id: int, external_id: str | None, email: str | None) -> list[tuple[str, int, str]]:
    both = (("id", external_id), ("email", email))
    return [(kind, shop_id, name) for kind, name in both if name is not None]


def _is_news(profile: Profile, person: Person) -> bool:
    known = profile.platform_updated_at
    return known is None or person.updated_at is None or person.updated_at >= known


def _referring_tables() -> list[Any]:
    return [t for t in Profile.metadata.sorted_tables if "profile_id" in t.c]


def _drop_what_both_said(session: Session, kept_id: int, gone_id: int) -> None:
    kept = aliased(ConsentRow)
    same = [
        getattr(kept, name).is_not_distinct_from(getattr(ConsentRow, name))
        for name in ("address_hash", "medium", "category", "state", "at")
    ]
    twice = select(kept.id).where(kept.profile_id == kept_id, *same).exists()
    session.execute(delete(ConsentRow).where(ConsentRow.profile_id == gone_id, twice))
