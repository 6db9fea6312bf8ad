"""Who else hears of what happens: servers and services that the merchant names, and what they were told."""

from datetime import datetime
from typing import NamedTuple

from flask import Blueprint, abort, redirect, request
from sqlalchemy import and_, select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from app.admin import paging, shell
from app.admin.doors.session import address, for_shop, saw
from app.admin.saying import say
from app.admin.services import words
from app.admin.words import Chip
from app.commerce.models import Order
from app.events import EventRow
from app.hooks import accounts
from app.hooks.models import Hook
from app.lib.reading import Json
from app.lib.words import merchant_sentence
from app.listeners.base import Keys, Listener, ListenerKind, Unfit
from app.shops import calls
from app.shops.models import Call, Shop
from app.vocabulary import CallState

blueprint = Blueprint("services", __name__)

ONE = "/services/<int(max=9223372036854775807):hook_id>"


class Line(NamedTuple):
    """One that is told, as the list shows it."""

    hook: Hook
    listener: Listener
    where: str
    """What tells it from others of its kind."""


class Telling(NamedTuple):
    """One thing that it was told, or is to be."""

    call: Call
    what: str
    order: str | None
    chip: Chip
    tries: list[Json]
    can_repeat: bool


@blueprint.get("/services")
@for_shop
def index(session: Session, shop: Shop) -> str:
    """Show who is told, and who could be."""
    return _index(session, shop)


@blueprint.post("/services/add/<key>")
@for_shop
def add(session: Session, shop: Shop, key: str) -> Response | str:
    """Have somebody told from now on."""
    listener = accounts.everyone().get(key) or abort(404)
    entered = _entered(listener)
    try:
        hook = accounts.add(session, shop, listener, entered, listener.starts_with)
    except Unfit as error:
        return _index(session, shop, chosen=key, typed=entered, wrong=error)
    return redirect(address("services.show", hook_id=hook.id, said="added"), 303)


@blueprint.get(ONE)
@for_shop
def show(session: Session, shop: Shop, hook_id: int) -> str:
    """Show one: whether it listens, of what, and what it was told."""
    return _page(session, shop, _hook(session, shop, hook_id))


@blueprint.post(ONE)
@for_shop
def change(session: Session, shop: Shop, hook_id: int) -> Response | str:
    """Keep new keys and what it is to be told of; an empty field stays as it was."""
    hook = _hook(session, shop, hook_id)
    try:
        accounts.change(hook, _entered(accounts.everyone()[hook.listener]), request.form.getlist("hears"))
    except Unfit as error:
        return _page(session, shop, hook, wrong=error)
    return redirect(address("services.show", hook_id=hook.id, said="changed"), 303)


@blueprint.post(f"{ONE}/secret")
@for_shop
def rotate(session: Session, shop: Shop, hook_id: int) -> Response:
    """Sign with a new secret from now on, and for a day with the old one, too."""
    hook = _hook(session, shop, hook_id)
    if "secret" not in accounts.keys_of(hook):
        abort(404)
    accounts.rotate(hook)
    return redirect(address("services.show", hook_id=hook.id, said="rotated"), 303)


@blueprint.post(f"{ONE}/switch")
@for_shop
def switch(session: Session, shop: Shop, hook_id: int) -> Response:
    """Tell it no more, or again; of what it missed only where that is asked for."""
    hook, on = _hook(session, shop, hook_id), request.form.get("on")
    if on == "no":
        accounts.switch_off(session, hook)
    else:
        accounts.switch_on(session, hook, with_missed=on == "missed")
        if on == "missed":
            accounts.tell_missed(session, hook)
    said = "off" if on == "no" else "on"
    return redirect(address("services.show", hook_id=hook.id, said=said), 303)


@blueprint.post(f"{ONE}/forget")
@for_shop
def forget(session: Session, shop: Shop, hook_id: int) -> Response:
    """Forget it with its keys."""
    accounts.forget(session, _hook(session, shop, hook_id))
    return redirect(address("services.index", said="forgotten"), 303)


@blueprint.post(f"{ONE}/calls/<int(max=9223372036854775807):call_id>/repeat")
@for_shop
def repeat(session: Session, shop: Shop, hook_id: int, call_id: int) -> Response:
    """Tell it one thing again, under the same id."""
    hook = _hook(session, shop, hook_id)
    one = and_(calls.on_line(shop.id, hook.line), Call.id == call_id)
    said = "again" if hook.off_at is None and calls.repeat(session, one) else "gone"
    return redirect(address("services.show", hook_id=hook.id, said=said), 303)


def _hook(session: Session, shop: Shop, hook_id: int) -> Hook:
    return accounts.find(session, shop.id, hook_id) or abort(404)


def _entered(listener: Listener) -> Keys:
    return {field.name: request.form.get(field.name, "") for field in listener.fields}


def _index(
    session: Session,
    shop: Shop,
    *,
    chosen: str | None = None,
    typed: Keys | None = None,
    wrong: Unfit | None = None,
) -> str:
    lines = [_line(hook) for hook in accounts.of_shop(session, shop.id)]
    offered = accounts.everyone().values()
    return shell.page(
        session,
        shop,
        "services/index.html",
        "connection",
        lines=lines,
        offered=[(kind, [it for it in offered if it.kind is kind]) for kind in ListenerKind],
        kinds=words.LISTENERS,
        off=words.OFF_BECAUSE,
        chosen=chosen or request.args.get("add"),
        typed=typed or {},
        wrong=wrong,
    )


def _page(session: Session, shop: Shop, hook: Hook, *, wrong: Unfit | None = None) -> str:
    page = paging.newest_first(session, select(Call.id).where(calls.on_line(shop.id, hook.line)), Call.id)
    tellings = _tellings(session, [row[0] for row in page.rows])
    if tellings:
        saw(session, merchant_sentence("what was told to service %(service)s", service=hook.id))
    line, keys = _line(hook), accounts.keys_of(hook)
    missed = select(Call.id).where(
        calls.on_line(shop.id, hook.line), Call.state == CallState.PARKED, Call.payload.is_not(None)
    )
    return shell.page(
        session,
        shop,
        "services/page.html",
        "connection",
        line=line,
        hook=hook,
        told_words=words,
        secret=keys.get("secret"),
        heard=words.heard,
        off=words.OFF_BECAUSE,
        page=page,
        tellings=tellings,
        missed=session.scalar(missed.limit(1)) is not None,
        wrong=wrong,
    )


def _line(hook: Hook) -> Line:
    listener, keys = accounts.everyone()[hook.listener], accounts.keys_of(hook)
    shown = (keys[field.name] for field in listener.fields if not field.is_secret)
    return Line(hook, listener, next(shown, ""))


def _tellings(session: Session, ids: list[int]) -> list[Telling]:
    about = and_(Order.id == Call.order_id, Order.shop_id == Call.shop_id)
    rows = select(Call, Order.name).outerjoin(Order, about).where(Call.id.in_(ids)).order_by(Call.id.desc())
    found = session.execute(rows).all()
    kinds = select(EventRow.id, EventRow.kind).where(EventRow.id.in_({_event(call) for call, _ in found}))
    happened = dict(session.execute(kinds).all())
    return [
        Telling(
            call,
            say(words.FORGETTING)
            if call.kind == calls.FORGET
            else words.happened(happened.get(_event(call), "")),
            name,
            words.CALL_STATES[call.state],
            [{**it, "at": datetime.fromisoformat(it["at"])} for it in reversed(call.tries)],
            call.payload is not None and call.state is not CallState.WAITING,
        )
        for call, name in found
    ]


def _event(call: Call) -> int:
    """Return the event that a call tells of: it is named by it."""
    number = call.key.rpartition("_")[2]
    return int(number) if number.isdecimal() else 0
