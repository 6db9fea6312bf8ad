"""Whoever was told of a shopper is asked to forget them, too, when the shopper asks for it.

What is asked of whom stands in the certificate; what a service cannot be asked is said there, too, for a
person to do.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from uuid import uuid4

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from app.hooks import accounts
from app.hooks.models import Hook
from app.lib.db import among
from app.lib.reading import Json
from app.listeners.base import Keys, Known, Listener, ListenerKind
from app.shops import calls
from app.shops.calls import Due
from app.shops.models import Call
from app.vocabulary import CallReason, CallState

ERASED = "customer.erased"
OFF = "nothing, for it is switched off: delete what it knows of them by hand"
BY_HAND = "nothing, for it cannot be asked: delete what it knows of them by hand"
UNHEARD = "nothing, for it does not want to hear of erasures: tell it by hand"
TOLD = f"to forget them ({ERASED})"


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
    every = select(Hook).where(Hook.shop_id == shop_id, Hook.listener.in_(accounts.everyone()))
    asked = list[Json]()
    for hook in session.scalars(every.order_by(Hook.id)):
        listener = accounts.everyone()[hook.listener]
        if hook.line in told and listener.kind is not ListenerKind.ALERT:
            what, times = _of(session, hook, listener, told[hook.line], addresses)
            asked.append({"service": listener.label, "asked": what, "times": times})
    return asked


def prepare(session: Session, due: Due) -> Wanted | CallReason:
    """Return who is to forget what, or why nobody."""
    hook = session.scalar(select(Hook).filter_by(id=due.payload["hook"], shop_id=due.shop_id))
    if hook is None or hook.off_at is not None:
        return CallReason.SWITCHED_OFF
    listener = accounts.everyone()[hook.listener]
    return Wanted(
        hook_id=hook.id, listener=listener, keys=accounts.keys_of(hook), known=Known(**due.payload["known"])
    )


def refused(session: Session, shop_id: int) -> list[tuple[Hook, str]]:
    """Return who did not do as they were asked, and what they said last; each once."""
    rows = select(Call.line, Call.failure).filter_by(
        shop_id=shop_id, kind=calls.FORGET, state=CallState.PARKED
    )
    said = dict(session.execute(rows.order_by(Call.id)).all())
    every = select(Hook).where(Hook.shop_id == shop_id, Hook.listener.in_(accounts.everyone()))
    return [(hook, said[hook.line] or "") for hook in session.scalars(every) if hook.line in said]


def _of(
    session: Session, hook: Hook, listener: Listener, made: Collection[str], addresses: Collection[str]
) -> tuple[str, int]:
    """Return what one of them is asked, and how often."""
    if hook.off_at is not None:
        return OFF, 0
    if listener.kind is ListenerKind.ENDPOINT:
        return (TOLD, 1) if ERASED in hook.hears else (UNHEARD, 0)
    if listener.forgets is None:
        return BY_HAND, 0
    emails = sorted(it for it in addresses if "@" in it)
    phones = sorted(it for it in addresses if it.startswith("+"))
    if listener.kind is ListenerKind.DESK:
        knows = [Known(made=ident) for ident in sorted(made)]
    else:
        knows = [Known(email=it) for it in emails] or [Known(phone=it) for it in phones]
    for known in knows:
        payload = {"hook": hook.id, "known": known.plain()}
        calls.ask(
            session, hook.shop_id, calls.FORGET, f"{hook.line}:forget:{uuid4().hex}", payload, line=hook.line
        )
    return listener.forgets, len(knows)


def _told(
    session: Session, shop_id: int, profile_ids: Collection[int], order_ids: Collection[int]
) -> Mapping[str, set[str]]:
    """Return on which lines a shopper was told of, and what was made there."""
    theirs = or_(among(Call.profile_id, profile_ids), among(Call.order_id, order_ids))
    began = or_(Call.state == CallState.DONE, Call.attempts > 0)
    rows = select(Call.line, Call.result).where(
        Call.shop_id == shop_id, Call.kind == calls.TELL, began, theirs
    )
    found = defaultdict[str, set[str]](set)
    for line, result in session.execute(rows):
        found[line].update([result] if result else [])
    return found
