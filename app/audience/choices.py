"""What one shopper gets where: every kind of message on every medium, and how they change it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.audience import grants, profiles, suppression
from app.audience.consent import Subject, said_of
from app.audience.grants import Said
from app.audience.models import ConsentRow, Profile
from app.lib import clock, crypto
from app.platforms.base import Consent
from app.platforms.purchases import Person
from app.vocabulary import Category, ConsentSource, ConsentState, Medium

BY_PAGE = (ConsentSource.PREFERENCES, ConsentSource.ONE_CLICK)
"""What was ended there can be had again there."""


@dataclass(frozen=True, slots=True)
class Reach:
    """One address of a shopper, and whether whoever asks has shown that it is theirs."""

    medium: Medium
    address: str
    is_own: bool
    ordered_at: datetime | None
    """When it was typed to buy something; None: never."""


@dataclass(frozen=True, slots=True)
class Choice:
    """One kind of message to one address."""

    reach: Reach
    category: Category
    is_on: bool
    may_change: bool
    """Others' addresses can be spared here, and be written to again only where that was done here."""
    suppressed: str | None

    @property
    def name(self) -> str:
        """What it is called in a form: the same whatever else is offered beside it; nobody's address."""
        address = crypto.fingerprint(self.reach.address).hex()[:16]
        return f"{self.reach.medium}-{self.category}-{address}"


def offered(
    session: Session, shop_id: int, profile: Profile | None, reaches: Iterable[Reach], country: str | None
) -> list[Choice]:
    """Return what goes to these addresses, and what of it may be changed.

    Of other addresses, what was never agreed to is left out.
    """
    found: list[Choice] = []
    for reach in reaches:
        subject: Subject = shop_id, profile.id if profile else None, crypto.fingerprint(reach.address)
        said = said_of(session, [subject])
        known = {category: said.get((subject, reach.medium, category)) for category in Category}
        both = [_choice(session, shop_id, reach, known, category, country=country) for category in Category]
        if reach.is_own:
            found += both
        elif any(choice.is_on or choice.may_change or known[choice.category] for choice in both):
            found += [it for it in both if it.may_change or known[it.category]]
    return found


def _choice(  # noqa: PLR0913 - what is known of one address
    session: Session,
    shop_id: int,
    reach: Reach,
    known: Mapping[Category, Said | None],
    category: Category,
    *,
    country: str | None,
) -> Choice:
    about = known[category]
    why_not = suppression.is_suppressed(session, shop_id, reach.medium, reach.address, category)
    permission = grants.permission(
        about,
        known[Category.MARKETING],
        medium=reach.medium,
        category=category,
        country=country,
        ordered_at=reach.ordered_at,
        now=clock.now(),
    )
    is_on = permission.is_given and why_not is None
    ended_by = {said.source for said in known.values() if said and said.state is ConsentState.UNSUBSCRIBED}
    ended_here = about is not None and about.state is ConsentState.UNSUBSCRIBED and about.source in BY_PAGE
    is_theirs = reach.is_own or (ended_here and ConsentSource.KEYWORD not in ended_by)  # which ends all of it
    may_change = is_on or (is_theirs and why_not in (None, suppression.UNSUBSCRIBED))
    return Choice(reach, category, is_on, may_change, why_not)


def change(  # noqa: PLR0913 - who chose what, where and in which words
    session: Session,
    shop_id: int,
    profile: Profile | None,
    choice: Choice,
    *,
    on: bool,
    source: ConsentSource,
    wording: str | None,
    proof: Mapping[str, str],
) -> None:
    """Write to an address again, or no more, about one kind of thing; at once, and kept with its proof."""
    reach = choice.reach
    if not on:
        suppression.suppress(
            session, shop_id, reach.medium, reach.address, choice.category, reason=suppression.UNSUBSCRIBED
        )
    else:
        suppression.lift(session, shop_id, reach.medium, reach.address, None)
        suppression.lift(session, shop_id, reach.medium, reach.address, choice.category)
    theirs = profile is not None and reach.address in (profile.email, profile.phone)
    person = Person(external_id=profile.external_id, email=profile.email) if profile and theirs else Person()
    said = Consent(
        person=person,
        medium=reach.medium,
        category=choice.category,
        state=ConsentState.SUBSCRIBED if on else ConsentState.UNSUBSCRIBED,
        source=source,
        at=clock.now(),
        address=reach.address,
        wording=wording,
        proof=proof,
    )
    profiles.keep_consent(session, shop_id, said, heard_at=clock.now())


def spoken(session: Session, shop_id: int, address: str) -> list[ConsentRow]:
    """Return all that was ever said of one address, the latest first."""
    rows = select(ConsentRow).filter_by(shop_id=shop_id, address_hash=crypto.fingerprint(address))
    return list(session.scalars(rows.order_by(ConsentRow.at.desc(), ConsentRow.id.desc())))
