"""The store's own record of who agreed to offers: what shoppers tell us of it is written there, if wanted.

What the store itself told us is never told back, what we wrote is known again when it comes as a notice, and
nothing is written that counts for nothing yet: a yes that the law wants said twice waits for its second.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app import events
from app.audience import grants, whereabouts
from app.audience.consent import last_said
from app.audience.models import ConsentRow, Profile
from app.commerce.models import Order
from app.lib import clock, crypto, plugins
from app.lib.reading import Json
from app.platforms import base
from app.platforms.base import Platform
from app.shops import calls, choices
from app.shops.calls import Outcome
from app.shops.models import Call, Shop
from app.vocabulary import CallReason, CallState, Category, ConsentBasis, ConsentSource, ConsentState, Medium

SETTING = "consent_told_since"
HEARD_HERE = (
    ConsentSource.TRACKING_PAGE,
    ConsentSource.PREFERENCES,
    ConsentSource.ONE_CLICK,
    ConsentSource.CONFIRMATION,
    ConsentSource.KEYWORD,
    ConsentSource.MERCHANT,
)
"""What the store cannot know: all else came from it, or is a list that the merchant brought."""
SAID = (ConsentState.SUBSCRIBED, ConsentState.UNSUBSCRIBED)


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """What a store's record is to say."""

    customer: str | None
    """As the store calls them; None for a guest."""
    order: str | None
    """Their newest order, for a store that has no record of guests."""
    medium: Medium
    state: ConsentState
    at: datetime
    is_confirmed: bool

    @property
    def mark(self) -> str:
        """What shows that a notice tells of this."""
        return _mark(self.medium, self.state, self.at)


def since(shop: Shop) -> datetime | None:
    """Return since when a shop's store is told; None: it is not."""
    written = shop.settings.get(SETTING)
    return datetime.fromisoformat(written) if written else None


def switch(session: Session, shop: Shop, *, on: bool) -> None:
    """Begin to write to a shop's store what shoppers say from now on, or stop."""
    choices.keep(session, shop, {SETTING: clock.now().isoformat() if on else None})


def may(shop: Shop) -> bool:
    """Tell whether the store lets us."""
    scope = _platform(shop).keeps_consent_with
    return scope is None or scope in shop.scopes.split()


def on_consent_changed(session: Session, shop_id: int, event: events.ConsentChanged) -> None:
    """Have a yes or no to offers written to the store, where it was said to us."""
    shop = session.get_one(Shop, shop_id)
    if since(shop) is None or event.category != Category.MARKETING or event.profile_id is None:
        return
    profile = session.get_one(Profile, event.profile_id)
    address = _address(profile, Medium(event.medium))
    row = _row(session, profile, event, address)
    if event.medium not in _platform(shop).keeps_consent or address is None or row is None:
        return
    news = _news(session, shop, profile, row)
    if row.source not in HEARD_HERE or row.state not in SAID or news is None:
        return
    payload = {
        "profile_id": profile.id,
        "medium": row.medium,
        "state": row.state,
        "at": row.at.isoformat(),
        "mark": news.mark,
    }
    key = f"consent:{profile.id}:{news.mark}:{row.basis or 'no'}"
    calls.ask(session, shop_id, f"{shop.platform}.consent", key, payload, profile_id=profile.id)


def prepare(session: Session, shop_id: int, payload: Json) -> News | CallReason:
    """Return what to write now, or why nothing: something else was said since, or it is no longer wanted."""
    shop, profile = session.get_one(Shop, shop_id), session.get_one(Profile, payload["profile_id"])
    if since(shop) is None:
        return CallReason.SWITCHED_OFF
    if profile.erased_at is not None:
        return CallReason.ERASED
    medium = Medium(payload["medium"])
    address = _address(profile, medium)
    subject = shop_id, profile.id, crypto.fingerprint(address) if address else None
    said = last_said(session, subject, medium, Category.MARKETING)
    if said is None or said.at != datetime.fromisoformat(payload["at"]) or said.state != payload["state"]:
        return CallReason.SUPERSEDED
    row = session.scalars(
        select(ConsentRow)
        .filter_by(profile_id=profile.id, medium=medium, category=Category.MARKETING, state=said.state)
        .where(ConsentRow.at == said.at)
    ).first()
    return (_news(session, shop, profile, row) if row else None) or CallReason.SUPERSEDED


def weigh(news: News, state: ConsentState, at: datetime | None, *, is_confirmed: bool) -> Outcome | None:
    """Return what writing comes to where the store need not be told (any more); None: it is news there."""
    if at is not None and at > news.at:
        return Outcome(reason=CallReason.SUPERSEDED)
    same = state is news.state and (is_confirmed or not news.is_confirmed)
    return Outcome(news.mark, CallReason.KNOWN) if same else None


def is_ours(session: Session, shop: Shop, said: base.Consent) -> bool:
    """Tell whether what the store tells of is what we wrote there."""
    if said.source is not ConsentSource.SHOPIFY or said.at is None or said.person.external_id is None:
        return False
    mark = _mark(said.medium, said.state, said.at)
    theirs = select(Profile.id).filter_by(shop_id=shop.id, external_id=said.person.external_id)
    mine = select(Call).where(
        Call.shop_id == shop.id, Call.profile_id == session.scalar(theirs), Call.kind.endswith(".consent")
    )
    for call in session.scalars(mine):
        begun = call.attempts > 0 and calls.read(call.payload).get("mark") == mark
        if begun or (call.state is CallState.DONE and call.result == mark):
            return True
    return False


def _news(session: Session, shop: Shop, profile: Profile, row: ConsentRow) -> News | None:
    """Return what a row says to the store; None where it counts for nothing yet, or nobody could be told."""
    newest = select(Order).filter_by(shop_id=shop.id, profile_id=profile.id, erased_at=None)
    order = session.scalar(newest.order_by(Order.id.desc()).limit(1))
    is_confirmed = row.basis is ConsentBasis.CONFIRMED
    place = (order.ship_to if order else None) or {}
    country = whereabouts.country_of(place, order.phone if order else None, shop.country)
    gives = grants.grant(row.source, row.medium, row.category, country).gives
    if row.state is ConsentState.SUBSCRIBED and gives is not grants.Gives.YES and not is_confirmed:
        return None
    if profile.external_id is None and (order is None or not _platform(shop).keeps_consent_of_guests):
        return None
    return News(
        customer=profile.external_id,
        order=order.external_id if order else None,
        medium=row.medium,
        state=row.state,
        at=row.at.replace(microsecond=0),
        is_confirmed=is_confirmed,
    )


def _row(
    session: Session, profile: Profile, event: events.ConsentChanged, address: str | None
) -> ConsentRow | None:
    """Return what was said, where it was said of the address that the store's record has."""
    said = select(ConsentRow).filter_by(
        profile_id=profile.id, medium=event.medium, category=event.category, state=event.state
    )
    row = session.scalars(
        said.where(ConsentRow.at == event.happened_at).order_by(ConsentRow.id.desc())
    ).first()
    theirs = crypto.fingerprint(address) if address else None
    return row if row is not None and row.address_hash in (None, theirs) else None


def _address(profile: Profile, medium: Medium) -> str | None:
    return profile.email if medium is Medium.EMAIL else profile.phone


def _mark(medium: Medium, state: ConsentState, at: datetime) -> str:
    return f"{medium}:{state}:{at.replace(microsecond=0).isoformat()}"


def _platform(shop: Shop) -> Platform:
    found: Platform = plugins.discover("app.platforms")[shop.platform]
    return found
