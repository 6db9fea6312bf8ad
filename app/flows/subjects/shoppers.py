"""What flows may know of a shopper, whatever they are about."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.audience import consent, grants, suppression, whereabouts
from app.audience.consent import Subject
from app.audience.grants import Said
from app.audience.models import Suppression
from app.commerce.models import Order
from app.flows import bought as buying
from app.flows.bought import Bought
from app.flows.plan.conditions import Value
from app.lib import clock, crypto
from app.lib.db import among
from app.messages.gate import country_rules
from app.messages.whatsapp import registry
from app.shops import texting
from app.shops.models import Shop
from app.tracking.shoppers.cases import Case
from app.vocabulary import Category, Medium, Trigger

ASKED = (Medium.EMAIL, Medium.SMS, Medium.WHATSAPP)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shopper:
    """Who is asked about, and by which addresses."""

    shop: Shop
    profile_id: int | None
    addresses: Mapping[Medium, str]
    place: Mapping[str, Any]
    """Where things are sent to, as far as it is known."""
    entered_at: datetime
    trigger: Trigger
    """Whose messages they may get."""

    @property
    def phone(self) -> str | None:
        """Their number, which tells of a country too."""
        return self.addresses.get(Medium.SMS)

    @property
    def country(self) -> str | None:
        """Where they are."""
        return whereabouts.country_of(self.place, self.phone, self.shop.country)

    @property
    def zone(self) -> ZoneInfo:
        """A clock that they live by."""
        return whereabouts.clocks_of(self.place, self.phone, self.shop.country, self.shop.timezone)[0]

    def subject(self, medium: Medium) -> Subject:
        """Return what consent knows them as."""
        address = self.addresses.get(medium)
        return self.shop.id, self.profile_id, crypto.fingerprint(address) if address else None


@dataclass(slots=True)
class Told:
    """The shopper's part of the facts."""

    known: dict[str, Value]
    changed_at: dict[str, datetime] = field(default_factory=dict)
    moments: dict[str, datetime] = field(default_factory=dict)


def gather(session: Session, shoppers: Mapping[int, Shopper]) -> dict[int, Told]:
    """Return what is known of these shoppers, by whatever they are asked by, in five queries.

    Two more where a shop writes on WhatsApp.
    """
    if not shoppers:
        return {}
    ids = {it.profile_id for it in shoppers.values() if it.profile_id is not None}
    bought = buying.of(session, ids)
    troubled, calm_since = _cases(session, ids)
    subjects = {it.subject(medium) for it in shoppers.values() for medium in ASKED}
    said = consent.said_of(session, subjects)
    suppressed = _suppressed(session, subjects)
    on_whatsapp = _on_whatsapp(session, shoppers.values())
    found = {}
    for key, it in shoppers.items():
        history = bought.get(it.profile_id or 0)
        may = {
            medium: _is_carried(it, medium, on_whatsapp)
            and _may_be_sent(it, medium, said, suppressed, history)
            for medium in ASKED
        }
        told = Told(
            {
                "profile.country": it.country,
                "profile.orders": history.orders if history else 0,
                "profile.ordered_since": bool(history and history.last_at > it.entered_at),
                "profile.has_open_case": it.profile_id in troubled,
                "consent.any": any(may.values()),
                **{f"consent.{medium}": yes for medium, yes in may.items()},
            }
        )
        since = troubled.get(it.profile_id or 0) or calm_since.get(it.profile_id or 0)
        if since is not None:
            told.changed_at["profile.has_open_case"] = since
        if history is not None:
            told.moments["profile.lapses_at"] = history.lapses_at
        found[key] = told
    return found


def _is_carried(it: Shopper, medium: Medium, on_whatsapp: Collection[tuple[int, Trigger]]) -> bool:
    """Tell whether somebody carries a flow's offers on a medium."""
    if medium is Medium.WHATSAPP:
        return (it.shop.id, it.trigger) in on_whatsapp
    return medium not in texting.MEDIA or texting.of(it.shop, medium) is not None


def _on_whatsapp(session: Session, shoppers: Iterable[Shopper]) -> set[tuple[int, Trigger]]:
    """Return whose offers WhatsApp takes, of which flow: in the shop's own language, or in English."""
    shops = {it.shop.id: it.shop for it in shoppers if texting.of(it.shop, Medium.WHATSAPP) is not None}
    uses = registry.uses(session, shops) if shops else {}
    return {
        (shop_id, trigger)
        for (shop_id, trigger), use in uses.items()
        if use.for_reader(None, shops[shop_id].locale, Category.MARKETING) is not None
    }


def _may_be_sent(
    it: Shopper,
    medium: Medium,
    said: Mapping[Any, Said],
    suppressed: Collection[tuple[int, Medium, bytes | None]],
    history: Bought | None,
) -> bool:
    """Tell whether a shopper may have offers on a medium, as the gate would."""
    if it.addresses.get(medium) is None or (it.shop.id, medium, it.subject(medium)[2]) in suppressed:
        return False
    if country_rules.objection(medium, Category.MARKETING, it.country) is not None:
        return False
    return _may_offer(it, medium, said, history)


def _may_offer(it: Shopper, medium: Medium, said: Mapping[Any, Said], history: Bought | None) -> bool:
    """Tell whether what was said lets offers go to a shopper."""
    offers = said.get((it.subject(medium), medium, Category.MARKETING))
    return grants.permission(
        offers,
        offers,
        medium=medium,
        category=Category.MARKETING,
        country=it.country,
        ordered_at=history.last_at if history else None,
        now=clock.now(),
    ).is_given


def _cases(session: Session, profile_ids: Iterable[int]) -> tuple[dict[int, datetime], dict[int, datetime]]:
    """Return since when each has an open problem, and since when those without one have none (any more)."""
    opened, closed = func.max(Case.opened_at).filter(Case.closed_at.is_(None)), func.max(Case.closed_at)
    rows = session.execute(
        select(Order.profile_id, opened, closed)
        .join(Case, Case.order_id == Order.id)
        .where(among(Order.profile_id, profile_ids))
        .group_by(Order.profile_id)
    ).all()
    troubled, calm = dict[int, datetime](), dict[int, datetime]()
    for profile_id, opened_at, closed_at in rows:
        if profile_id is not None and opened_at is not None:
            troubled[profile_id] = opened_at
        elif profile_id is not None and closed_at is not None:
            calm[profile_id] = closed_at
    return troubled, calm


def _suppressed(session: Session, subjects: Iterable[Subject]) -> set[tuple[int, Medium, bytes | None]]:
    known = [(shop_id, address) for shop_id, _, address in subjects if address is not None]
    rows = session.execute(
        select(Suppression.shop_id, Suppression.medium, Suppression.address_hash).where(
            among(Suppression.shop_id, {shop_id for shop_id, _ in known}),
            among(Suppression.address_hash, {address for _, address in known}),
            suppression.holds(),
            Suppression.category.in_({suppression.EVERYTHING, Category.MARKETING}),
        )
    )
    return {(shop_id, medium, address) for shop_id, medium, address in rows}
