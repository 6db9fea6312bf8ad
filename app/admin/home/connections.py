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
from app.admin.words import plural
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
    said = f"last heard {here.ago(heard)}" if heard else "has not told us anything yet"
    wrong = "cut off" if shop.broken_reason is not None else ""
    return Line(shell.platform_of(shop).label, said, address("inbox.index"), wrong)


def _unread(session: Session, shop: Shop, tally: Tally) -> Iterator[Line]:
    if tally.unread:
        said = plural(tally.unread, "notice")
        yield Line("Not understood", said, address("inbox.index"), "needs you")
    if tally.undone:
        said = plural(tally.undone, "thing")
        yield Line("Not done in your store", said, address("calls.index"), "needs you")
    last = checkups.last(session, shop.id)
    to_mend = sum(it.grade is Grade.BAD for it in last.findings) if last else 0
    if to_mend:
        said = plural(to_mend, "thing")
        yield Line("Check of the connection", said, address("doctor.index"), "to mend")


def _carriers(session: Session, shop: Shop, here: Calendar) -> Iterator[Line]:
    accounts = sources.accounts(session, shop.id)
    asking = _asking(session, shop.id) if accounts else {}
    for account in accounts:
        source, href = account.source, address("sources.index")
        if account.is_refused:
            yield Line(source.label, "enter new keys", href, "refuses your keys")
        elif source.kind is SourceKind.AGGREGATOR:
            followed = following.count(session, shop.id)
            yield Line(source.label, f"follows {plural(followed, 'parcel')}", href)
        else:
            yield _carrier(source, asking.get(source.key), href, here)


def _carrier(source: Source, it: Asking | None, href: str, here: Calendar) -> Line:
    if it is None:
        return Line(source.label, "nothing to ask about", href)
    if it.failures:
        again = f", we try again {here.within(it.again_at)}" if it.again_at else ""
        return Line(source.label, f"{plural(it.parcels, 'parcel')}{again}", href, it.failure or "no answer")
    asked = f", asked {here.ago(it.asked_at)}" if it.asked_at else ""
    return Line(source.label, f"{plural(it.parcels, 'parcel')}{asked}", href)


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
    waiting = session.scalar(due) or 0
    said = f"{plural(waiting, 'message')} about to go" if waiting else "none waiting"
    resting = [it for it in servers if it.rests_until is not None and it.rests_until > now]
    if complaints.paused_at(shop) is not None:
        return Line("Mail", "too many readers called them spam", address("sending.index"), "offers paused")
    if resting:
        first = resting[0]
        again = here.within(first.rests_until) if first.rests_until else ""
        return Line(
            "Mail", f"{said}, we try again {again}", address("sending.index"), f"{first.host} refuses"
        )
    return Line("Mail", said, address("sending.index"))


def _texts(session: Session, shop: Shop) -> Iterator[Line]:
    for account in texting.accounts(session, shop):
        wrong = "refuses your keys" if account.is_refused else ""
        yield Line("Text messages", account.provider.label, address("texts.index"), wrong)


def _services(session: Session, shop: Shop) -> Iterator[Line]:
    known = hooks.of_shop(session, shop.id)
    silent = [it for it in known if it.off_because not in (None, OffBecause.MERCHANT)]
    if silent:
        said = plural(len(silent), "service")
        yield Line("Other services", said, address("services.index"), "no longer told")
    elif known:
        yield Line("Other services", f"{len(known):,} told", address("services.index"))
