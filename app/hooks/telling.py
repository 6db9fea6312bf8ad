"""Tells whoever wants to know of an event: each once, as it was when it happened.

What is told is written down with the call, so that every try says the same. It is erased with its shopper.
"""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from app import events
from app.audience import consent, suppression
from app.events import Event
from app.hooks import accounts, alerts, happenings
from app.hooks.models import Hook
from app.lib import crypto
from app.lib.reading import Json
from app.listeners.base import Keys, Listener, ListenerKind, about
from app.shops import calls
from app.shops.calls import Due
from app.shops.models import Shop
from app.vocabulary import CallReason, Category, ConsentState, Medium, ShopState


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """What somebody is to be told, and how they are reached."""

    hook_id: int
    listener: Listener
    keys: Keys
    told: Json


def on_event(session: Session, shop_id: int, event: Any) -> None:  # noqa: ANN401 - whichever event is told outside
    """Have everybody told who wants to hear of this."""
    wanting = [hook for hook in _on(session, shop_id, event) if _topics(event).intersection(hook.hears)]
    if not wanting:
        return
    shop = session.get_one(Shop, shop_id)
    event_id: int = session.info["event"]
    told = happenings.tell(session, shop, event, event_id) if shop.state is ShopState.INSTALLED else None
    if told is None:
        return
    for hook in wanting:
        match accounts.everyone()[hook.listener].kind:
            case ListenerKind.ALERT:
                alerts.gather(session, hook, event_id)
            case ListenerKind.DESK:
                ticket = alerts.ticket(session, shop, event, told)
                _ask(session, hook, event, ticket, alerts.subject_of(event))
            case ListenerKind.MARKETING if not _may_write(session, shop_id, told):
                pass
            case _:
                _ask(session, hook, event, told, told["id"])


def prepare(session: Session, due: Due) -> News | CallReason:
    """Return what to tell whom, or why nothing."""
    mine = select(Hook).filter_by(id=due.payload["hook"], shop_id=due.shop_id)
    hook = session.scalar(mine.with_for_update())
    if hook is None or (hook.off_at is not None and due.kind != calls.FORGET):
        return CallReason.SWITCHED_OFF
    listener, told = accounts.everyone()[hook.listener], due.payload.get("told")
    if listener.kind is ListenerKind.ALERT:
        told = alerts.gathered(session, session.get_one(Shop, due.shop_id), hook, due)
    if told is None:
        return CallReason.SUPERSEDED
    if listener.kind is ListenerKind.MARKETING and not _may_write(session, due.shop_id, told):
        return CallReason.DECLINED
    return News(hook_id=hook.id, listener=listener, keys=accounts.keys_of(hook), told=told)


def _topics(event: Event) -> set[str]:
    """Return what an event is to those who listen."""
    match event:
        case events.StepReached():
            return {event.topic}
        case events.ExceptionOpened():
            return {happenings.TYPES[type(event)], about(event.exception)}
        case _:
            return {happenings.TYPES[type(event)]}


def _on(session: Session, shop_id: int, event: Event) -> list[Hook]:
    """Return who is told of an event: of an erasure also who was when a certificate said that they are."""
    on: ColumnElement[bool] = Hook.off_at.is_(None)
    if isinstance(event, events.ProfileErased):
        on = or_(on, Hook.off_at >= event.happened_at)
    every, known = select(Hook).where(Hook.shop_id == shop_id, on), accounts.everyone()
    return [hook for hook in session.scalars(every.order_by(Hook.id)) if hook.listener in known]


def _may_write(session: Session, shop_id: int, told: Json) -> bool:
    """Tell whether whoever writes to shoppers may hear of this: its shopper gets news of their orders.

    Who has ended ours would get the same from them.
    """
    order = told["data"]["order"]
    to = order["customer"]["email"]
    if order["is_test"] or not to:
        return False
    kind = Medium.EMAIL, Category.TRANSACTIONAL
    said = consent.last_said(session, (shop_id, order["customer"]["id"], crypto.fingerprint(to)), *kind)
    has_declined = said is not None and said.state is ConsentState.UNSUBSCRIBED
    return not has_declined and suppression.is_suppressed(session, shop_id, kind[0], to, kind[1]) is None


def _ask(session: Session, hook: Hook, event: Event, told: Json | None, name: str) -> None:
    if told is None:
        return
    is_erased = isinstance(event, events.ProfileErased)
    calls.ask(
        session,
        hook.shop_id,
        calls.FORGET if is_erased else calls.TELL,
        f"hook:{hook.id}:{name}",
        {"hook": hook.id, "told": told},
        order_id=getattr(event, "order_id", None),
        profile_id=None if is_erased else event.profile_id,
        line=hook.line,
    )
