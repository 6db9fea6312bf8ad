"""Whoever speaks with a shop, and whether they do: first the store, then carriers, then mail."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.admin import shell
from app.admin.answer import Tally
from app.admin.dates import Calendar
from app.admin.doors.session import address
from app.admin.saying import retold, say, say_many
from app.carriers.base import Source, SourceKind
from app.commerce import pulse
from app.hooks import accounts as hooks
from app.hooks.models import OffBecause
from app.lib import clock
from app.messages.models import Message
from app.messages.providers import complaints
from app.messages.providers.models import Provider
from app.platforms.findings import Grade
from app.shops import checkups, texting
from app.shops.models import Shop
from app.tracking.polls.models import CarrierAccount, CarrierWatch
from app.tracking.sources import following, sources
from app.vocabulary import MessageState


@dataclass(frozen=True, slots=True)
class Line:
    """One connection."""

    name: str
    said: str
    href: str
    wrong: str = ""
    """What is the matter; empty: nothing."""


class Asking(NamedTuple):
    """How asking one carrier goes."""

    parcels: int
    asked_at: datetime | None
    failures: int
    failure: str | None
    again_at: datetime | None


def lines(
    session: Session, shop: Shop, tally: Tally, servers: Sequence[Provider], here: Calendar
) -> list[Line]:
    """Return every connection of a shop."""
    return [
        _store(session, shop, here),
        *_unread(session, shop, tally),
        *_carriers(session, shop, here),
        _mail(session, shop, servers, here),
        *_texts(session, shop),
        *_services(session, shop),
    ]


def _store(session: Session, shop: Shop, here: Calendar) -> Line:
    heard = pulse.heard_at(session, shop.id)
    last = say("last heard %(when)s", when=here.ago(heard)) if heard else ""
    said = last or say("has not told us anything yet")
    wrong = say("cut off") if shop.broken_reason is not None else ""
    return Line(shell.platform_of(shop).label, said, address("inbox.index"), wrong)


def _unread(session: Session, shop: Shop, tally: Tally) -> Iterator[Line]:
    if tally.unread:
        said = say_many("%(count)s notice", "%(count)s notices", tally.unread)
        yield Line(say("Not understood"), said, address("inbox.index"), say("needs you"))
    if tally.undone:
        said = _things(tally.undone)
        yield Line(say("Not done in your store"), said, address("calls.index"), say("needs you"))
    last = checkups.last(session, shop.id)
    to_mend = sum(it.grade is Grade.BAD for it in last.findings) if last else 0
    if to_mend:
        yield Line(say("Check of the connection"), _things(to_mend), address("doctor.index"), say("to mend"))


def _things(count: int) -> str:
    return say_many("%(count)s thing", "%(count)s things", count)


def _carriers(session: Session, shop: Shop, here: Calendar) -> Iterator[Line]:
    accounts = sources.accounts(session, shop.id)
    asking = _asking(session, shop.id) if accounts else {}
    for account in accounts:
        source, href = account.source, address("sources.index")
        if account.is_refused:
            yield Line(source.label, say("enter new keys"), href, say("refuses your keys"))
        elif source.kind is SourceKind.AGGREGATOR:
            followed = following.count(session, shop.id)
            said = say_many("follows %(count)s parcel", "follows %(count)s parcels", followed)
            yield Line(source.label, said, href)
        else:
            yield _carrier(source, asking.get(source.key), href, here)


def _carrier(source: Source, it: Asking | None, href: str, here: Calendar) -> Line:
    if it is None:
        return Line(source.label, say("nothing to ask about"), href)
    said = say_many("%(count)s parcel", "%(count)s parcels", it.parcels)
    if it.failures and it.again_at:
        said = say_many(
            "%(count)s parcel, we try again %(when)s",
            "%(count)s parcels, we try again %(when)s",
            it.parcels,
            when=here.within(it.again_at),
        )
    elif not it.failures and it.asked_at:
        said = say_many(
            "%(count)s parcel, asked %(when)s",
            "%(count)s parcels, asked %(when)s",
            it.parcels,
            when=here.ago(it.asked_at),
        )
    wrong = (retold(it.failure) or say("no answer")) if it.failures else ""
    return Line(source.label, said, href, wrong)


def _asking(session: Session, shop_id: int) -> Mapping[str, Asking]:
    watched = (
        select(
            CarrierWatch.source,
            func.count(CarrierWatch.due_at).label("parcels"),
            func.max(CarrierWatch.asked_at).label("asked_at"),
        )
        .where(CarrierWatch.shop_id == shop_id)
        .group_by(CarrierWatch.source)
        .subquery()
    )
    of_account = (CarrierAccount.failures, CarrierAccount.failure, CarrierAccount.due_at)
    rows = (
        select(CarrierAccount.source, func.coalesce(watched.c.parcels, 0), watched.c.asked_at, *of_account)
        .outerjoin(watched, watched.c.source == CarrierAccount.source)
        .where(CarrierAccount.shop_id == shop_id)
    )
    return {key: Asking(*rest) for key, *rest in session.execute(rows)}


def _mail(session: Session, shop: Shop, servers: Sequence[Provider], here: Calendar) -> Line:
    now = clock.now()
    due = select(func.count()).where(
        Message.shop_id == shop.id, Message.state == MessageState.QUEUED, Message.due_at <= now
    )
    waiting, name, href = session.scalar(due) or 0, say("Mail"), address("sending.index")
    resting = next((it for it in servers if it.rests_until is not None and it.rests_until > now), None)
    if complaints.paused_at(shop) is not None:
        return Line(name, say("too many readers called them spam"), href, say("offers paused"))
    if resting is not None and resting.rests_until is not None:
        wrong = say("%(server)s refuses", server=resting.host)
        return Line(name, _again(waiting, here.within(resting.rests_until)), href, wrong)
    about = say_many("%(count)s message about to go", "%(count)s messages about to go", waiting)
    return Line(name, about if waiting else say("none waiting"), href)


def _again(waiting: int, when: str) -> str:
    if not waiting:
        return say("none waiting, we try again %(when)s", when=when)
    return say_many(
        "%(count)s message about to go, we try again %(when)s",
        "%(count)s messages about to go, we try again %(when)s",
        waiting,
        when=when,
    )


def _texts(session: Session, shop: Shop) -> Iterator[Line]:
    for account in texting.accounts(session, shop):
        wrong = say("refuses your keys") if account.is_refused else ""
        yield Line(say("Text messages"), account.provider.label, address("texts.index"), wrong)


def _services(session: Session, shop: Shop) -> Iterator[Line]:
    known = hooks.of_shop(session, shop.id)
    silent = [it for it in known if it.off_because not in (None, OffBecause.MERCHANT)]
    if silent:
        said = say_many("%(count)s service", "%(count)s services", len(silent))
        yield Line(say("Other services"), said, address("services.index"), say("no longer told"))
    elif known:
        said = say_many("%(count)s told", "%(count)s told", len(known))
        yield Line(say("Other services"), said, address("services.index"))
