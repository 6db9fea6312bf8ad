"""Writing to the shoppers of many parcels: who gets it and who does not and why, then once, at a word."""

import re
from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from flask import Blueprint, abort, g, redirect, request
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from app.admin import paging, shell, words
from app.admin.doors.session import address, for_shop, saw, watched
from app.admin.messages.reasons import REASONS
from app.admin.saying import after_another, figure, say
from app.admin.shipments.narrowing import Asked
from app.flows import bulletins
from app.lib.db import among
from app.lib.words import merchant_sentence
from app.messages.dispatch import outbox
from app.messages.dispatch.bulletins import LONGEST, LONGEST_SUBJECT, Bulletin
from app.messages.documents import compose
from app.messages.gate.verdict import Allowed, Deferred
from app.messages.letters import letter
from app.messages.models import Message
from app.shops.models import Shop
from app.tracking.models import Shipment
from app.vocabulary import MessageState, Reason, Trigger

blueprint = Blueprint("bulletins", __name__)

ONE = "/bulletins/<int(max=9223372036854775807):bulletin_id>"
NAMED = 20
"""So many orders are named for each reason."""


class Group(NamedTuple):
    """Those of whom the same becomes."""

    said: str
    many: int
    orders: list[tuple[str, int]]
    """Some of them: the order's name, and a parcel."""


@blueprint.post("/bulletins")
@for_shop
def begin(session: Session, shop: Shop) -> Response:
    """Begin one about the parcels that were ticked, or all that a list shows."""
    ids = _chosen(session, shop, request.form)
    if len(ids) > bulletins.MOST:
        return redirect(address("shipments.index", said="many"), 303)
    row = bulletins.begin(session, shop.id, ids, g.visitor.who)
    if row is None:
        return redirect(address("shipments.index", said="none"), 303)
    return redirect(address("bulletins.show", bulletin_id=row.id), 303)


@blueprint.get(ONE)
@for_shop
def show(session: Session, shop: Shop, bulletin_id: int) -> str:
    """Show what it says and what becomes of it: before it goes as foreseen, afterwards as it is."""
    return _page(session, shop, _found(session, shop, bulletin_id))


@blueprint.post(ONE)
@for_shop
def write(session: Session, shop: Shop, bulletin_id: int) -> Response | str:
    """Keep what it says."""
    row = _draft(session, shop, bulletin_id)
    subject = re.sub(r"\s+", " ", request.form.get("subject", "")).strip()
    told = request.form.get("words", "").replace("\r\n", "\n").strip()
    errors = _errors(subject, told)
    if errors:
        return _page(session, shop, row, typed={"subject": subject, "words": told}, errors=errors)
    row.subject, row.words = subject, told
    return redirect(address("bulletins.show", bulletin_id=row.id) + "#who", 303)


@blueprint.post(f"{ONE}/send")
@for_shop
def send(session: Session, shop: Shop, bulletin_id: int) -> Response:
    """Send it; whoever presses twice sends it once."""
    row = _found(session, shop, bulletin_id)
    if bulletins.confirm(session, shop.id, row.id):
        saw(
            session,
            merchant_sentence(
                "bulletin %(bulletin)s, sent about %(number)s orders",
                bulletin=row.id,
                number=len(row.parcels),
            ),
        )
    return redirect(address("bulletins.show", bulletin_id=row.id), 303)


@blueprint.post(f"{ONE}/drop")
@for_shop
def drop(session: Session, shop: Shop, bulletin_id: int) -> Response:
    """Throw one away that was not sent."""
    row = _draft(session, shop, bulletin_id)
    session.delete(row)
    return redirect(address("shipments.index", said="dropped"), 303)


def _chosen(session: Session, shop: Shop, form: MultiDict[str, str]) -> Sequence[int]:
    if form.get("all") != "yes":
        return [it for it in map(paging.number, form.getlist("id")) if it is not None]
    chosen = select(Shipment.id).where(*Asked.of_form(form).of(shop))
    newest = chosen.where(Shipment.cancelled_at.is_(None)).order_by(Shipment.id.desc())
    return session.scalars(newest.limit(bulletins.MOST + 1)).all()


def _errors(subject: str, told: str) -> dict[str, str]:
    errors = {}
    if not subject or len(subject) > LONGEST_SUBJECT:
        errors["subject"] = say(
            "Write what it is about in at most %(most)s characters.", most=figure(LONGEST_SUBJECT)
        )
    if not told or len(told) > LONGEST:
        errors["words"] = say("Write something, in at most %(most)s characters.", most=figure(LONGEST))
    return errors


def _found(session: Session, shop: Shop, bulletin_id: int) -> Bulletin:
    return session.scalar(select(Bulletin).filter_by(id=bulletin_id, shop_id=shop.id)) or abort(404)


def _draft(session: Session, shop: Shop, bulletin_id: int) -> Bulletin:
    """Return one that is not sent, locked: whoever sends it meanwhile waits, or was faster."""
    mine = select(Bulletin).filter_by(id=bulletin_id, shop_id=shop.id, confirmed_at=None)
    return session.scalar(mine.with_for_update()) or abort(404)


def _page(
    session: Session,
    shop: Shop,
    row: Bulletin,
    *,
    typed: dict[str, str] | None = None,
    errors: dict[str, str] | None = None,
) -> str:
    is_shown = row.is_written and not errors and row.confirmed_at is None
    goes, stays = _foreseen(session, row) if is_shown else (None, [])
    watched(
        session,
        merchant_sentence(
            "bulletin %(bulletin)s about %(number)s orders", bulletin=row.id, number=len(row.parcels)
        ),
    )
    return shell.page(
        session,
        shop,
        "shipments/bulletin.html",
        "shipments",
        row=row,
        typed=typed or {"subject": row.subject, "words": row.words},
        errors=errors or {},
        longest=LONGEST,
        longest_subject=LONGEST_SUBJECT,
        parcels=sum(len(part["shipments"]) for part in row.parcels),
        goes=goes,
        stays=stays,
        looks=_text(session, shop, row) if is_shown else "",
        became=_became(session, row) if row.confirmed_at else {},
    )


def _foreseen(session: Session, row: Bulletin) -> tuple[Group, list[Group]]:
    """Return those that it goes to, and the others by their reasons, the most first."""
    goes, orders = Group("", 0, []), dict[str, list[tuple[str, int]]]()
    reasons: Counter[str] = Counter()
    for it in bulletins.foresee(session, row):
        name = (it.order.name or say("an order that is not read yet"), it.shipment_ids[0])
        if isinstance(it.decision, Allowed):
            goes = goes._replace(many=goes.many + 1, orders=[*goes.orders, name][:NAMED])
            continue
        waits = say("It goes later.") if isinstance(it.decision, Deferred) else None
        said = after_another(REASONS[it.decision.reason], waits)
        reasons[said] += 1
        orders[said] = [*orders.get(said, []), name][:NAMED]
    return goes, [Group(said, count, orders[said]) for said, count in reasons.most_common()]


def _text(session: Session, shop: Shop, row: Bulletin) -> str:
    """Return the mail as its first reader has it, without its footer's addresses."""
    ask = bulletins.first(session, row)
    if ask is None:
        return ""
    return compose.render(letter.gather(session, outbox.unasked(shop.id, ask, 1))).text


def _became(session: Session, row: Bulletin) -> dict[str, int]:
    """Return how many of its messages became what, in words."""
    mine = select(Message.state, Message.reason, func.count()).where(
        among(Message.order_id, row.order_ids), Message.trigger == Trigger.BULLETIN, Message.step == row.id
    )
    found: dict[str, int] = {}
    for state, reason, count in session.execute(mine.group_by(Message.state, Message.reason)):
        said = words.STATES[state].label
        if reason is not None and state not in (MessageState.SENT, MessageState.DELIVERED):
            said = say("%(state)s: %(why)s", state=said, why=REASONS[Reason(reason)])
        found[said] = found.get(said, 0) + count
    return found
