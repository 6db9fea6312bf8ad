"""Whoever was told of a shopper is asked to forget them, too, when the shopper asks for it.

What is asked of whom stands in the certificate; what a service cannot be asked is said there, too, for a
person to do.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import uuid4

from sqlalchemy import and_, func, or_, select, true
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Session

from app.audience.models import Profile
from app.hooks import accounts
from app.hooks.models import Hook
from app.lib import clock
from app.lib.db import among
from app.lib.reading import Json
from app.listeners.base import Keys, Known, Listener, ListenerKind
from app.shops import calls
from app.shops.calls import Due
from app.shops.models import Call, Shop
from app.vocabulary import CallReason, CallState, ShopState

ERASED = "customer.erased"
LEFT = "nothing, for the store is disconnected: delete what it knows of them by hand"
OFF = "nothing, for it is switched off: delete what it knows of them by hand"
BY_HAND = "nothing, for it cannot be asked: delete what it knows of them by hand"
UNHEARD = "nothing, for it does not want to hear of erasures: tell it by hand"
NAMELESS = "nothing, for we know nothing by which to name them to it: delete what it knows of them by hand"
TOLD = f"to forget them ({ERASED})"
NOT_SAID = (CallReason.DECLINED, CallReason.SUPERSEDED, CallReason.USELESS)
"""Why a call ends before anything is said."""
SHOWN_FOR = timedelta(days=30)
"""How long what a removed service was asked in vain is shown: by then the law's time is over."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Who is to forget something, and what they know it by."""

    hook_id: int
    listener: Listener
    keys: Keys
    known: Known


def ask(
    session: Session,
    shop_id: int,
    profile_ids: Collection[int],
    order_ids: Collection[int],
    addresses: Collection[str],
) -> list[Json]:
    """Have whoever was told of a shopper asked to forget them, before what they were told is forgotten here.

    Returns whom, what each was asked, and how often; it names nobody.
    """
    told = _told(session, shop_id, profile_ids, order_ids)
    has_left = session.get_one(Shop, shop_id).state is not ShopState.INSTALLED
    leaving = _leaving(session, profile_ids)
    every = select(Hook).where(Hook.shop_id == shop_id, Hook.listener.in_(accounts.everyone()))
    asked = list[Json]()
    for hook in session.scalars(every.order_by(Hook.id)):
        listener = accounts.everyone()[hook.listener]
        if hook.line in told and listener.kind is not ListenerKind.ALERT:
            what, times = LEFT, 0
            if not has_left:
                what, times = _of(session, hook, told[hook.line], addresses, leaving)
            asked.append({"service": listener.label, "asked": what, "times": times})
    return asked


def is_owed(session: Session, shop_id: int) -> bool:
    """Tell whether anybody is still to be asked."""
    owed = select(Call.id).filter_by(shop_id=shop_id, kind=calls.FORGET, state=CallState.WAITING)
    return session.scalar(owed.limit(1)) is not None


def prepare(session: Session, due: Due) -> Wanted | CallReason:
    """Return who is to forget what, or why nobody."""
    hook = session.scalar(select(Hook).filter_by(id=due.payload["hook"], shop_id=due.shop_id))
    if hook is None:
        return CallReason.SWITCHED_OFF
    listener = accounts.everyone()[hook.listener]
    return Wanted(
        hook_id=hook.id, listener=listener, keys=accounts.keys_of(hook), known=Known(**due.payload["known"])
    )


def refused(session: Session, shop_id: int) -> list[tuple[Hook | None, str]]:
    """Return who did not do as they were asked, and what they said last; each once. None: removed since."""
    rows = select(Call.line, Call.failure, Call.ended_at).filter_by(
        shop_id=shop_id, kind=calls.FORGET, state=CallState.PARKED
    )
    last = rows.ext(distinct_on(Call.line)).order_by(Call.line, Call.id.desc())
    said = {row.line: row for row in session.execute(last)}
    every = select(Hook).where(Hook.shop_id == shop_id, Hook.listener.in_(accounts.everyone()))
    hooks = {hook.line: hook for hook in session.scalars(every)}
    since = clock.now() - SHOWN_FOR
    return [
        (hooks.get(line), row.failure or "")
        for line, row in said.items()
        if line in hooks or row.ended_at > since
    ]


def _of(
    session: Session, hook: Hook, made: Sequence[Known], addresses: Collection[str], leaving: int
) -> tuple[str, int]:
    """Return what one of them is asked, and how often."""
    listener = accounts.everyone()[hook.listener]
    if hook.off_at is not None:
        return OFF, 0
    if listener.kind is ListenerKind.ENDPOINT:
        says = TOLD if leaving else NAMELESS
        return (says, leaving) if ERASED in hook.hears else (UNHEARD, 0)
    if listener.forgets is None:
        return BY_HAND, 0
    emails = sorted(it for it in addresses if "@" in it)
    phones = sorted(it for it in addresses if it.startswith("+"))
    if listener.kind is ListenerKind.DESK:
        knows = [known for known in made if known.made or listener.asked is not None]
    else:
        knows = [Known(email=it) for it in emails] or [Known(phone=it) for it in phones]
    due_at = _free_at(session, hook)
    for known in knows:
        payload, key = {"hook": hook.id, "known": known.plain()}, f"{hook.line}:forget:{uuid4().hex}"
        calls.ask(session, hook.shop_id, calls.FORGET, key, payload, due_at=due_at, line=hook.line)
    return (listener.forgets, len(knows)) if knows else (NAMELESS, 0)


def _free_at(session: Session, hook: Hook) -> datetime | None:
    """Return when what is just being told has surely been heard: whoever hears of them last knows them."""
    on_line = calls.on_line(hook.shop_id, hook.line)
    under_way = and_(on_line, Call.state == CallState.WAITING, Call.lease_until > clock.now())
    return session.scalar(select(func.max(Call.lease_until)).where(under_way))


def _leaving(session: Session, profile_ids: Collection[int]) -> int:
    """Return of how many shoppers it is told that they are erased: each once."""
    living = among(Profile.id, profile_ids), Profile.erased_at.is_(None)
    return session.scalar(select(func.count()).select_from(Profile).where(*living)) or 0


def _told(
    session: Session, shop_id: int, profile_ids: Collection[int], order_ids: Collection[int]
) -> Mapping[str, list[Known]]:
    """Return on which lines a shopper was told of, and what was made there.

    Of what is just being told, or was and nobody heard the answer, only our name for it is known.
    """
    theirs = or_(among(Call.profile_id, profile_ids), among(Call.order_id, order_ids))
    unsaid = and_(Call.attempts == 1, Call.reason.in_(NOT_SAID))
    began = or_(Call.state == CallState.DONE, and_(Call.attempts > 0, unsaid.is_not(true())))
    rows = select(Call.line, Call.result, Call.key).where(
        Call.shop_id == shop_id, Call.kind == calls.TELL, began, theirs
    )
    found = defaultdict[str, list[Known]](list)
    for line, result, key in session.execute(rows.order_by(Call.id)):
        found[line].append(Known(made=result) if result else Known(key=key))
    return found
