"""Sending a message again: first what would become of it, then, at the merchant's word, once."""

from flask import Blueprint, abort, g, redirect, request
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from app.admin import answer, shell, words
from app.admin.doors.session import address, for_shop, saw
from app.admin.messages.reasons import REASONS
from app.admin.moments import WHAT
from app.admin.saying import say
from app.commerce.models import Order
from app.flows import foreseen
from app.lib.words import merchant_sentence, sentence
from app.messages.dispatch import again, outbox
from app.messages.gate.verdict import Allowed, Decision, Deferred, Skipped
from app.messages.models import Message
from app.shops.models import Shop

blueprint = Blueprint("again", __name__)

ONE = "/messages/<int(max=9223372036854775807):message_id>/again"
MANY = 1000
"""A message asked for again so often is a mistake."""
WAITING = sentence("It was asked for again and has not gone out yet: it goes as soon as it may.")


@blueprint.get(ONE)
@for_shop
def ask(session: Session, shop: Shop, message_id: int) -> str:
    """Say to whom it would go, and what the gate says of it now."""
    return _page(session, shop, *_found(session, shop, message_id))


@blueprint.post(ONE)
@for_shop
def send(session: Session, shop: Shop, message_id: int) -> Response | str:
    """Ask for it; the same form asks once however often it is sent."""
    message, order = _found(session, shop, message_id)
    times = request.form.get("times", type=int)
    if times is None or not 0 <= times <= MANY:
        abort(400)
    wanted = again.ask_of(message, order, times=times)
    if isinstance(_decision(session, shop, wanted), Skipped):  # and the page says why
        return _page(session, shop, message, order)
    is_new = again.ask(session, message, wanted)
    if is_new:
        saw(
            session,
            merchant_sentence(
                "message %(number)s of order %(order)s, sent again by %(who)s",
                number=message.id,
                order=order.id,
                who=g.visitor.who,
            ),
        )
    return redirect(_back(message, "again" if is_new else "asked"), 303)


def _found(session: Session, shop: Shop, message_id: int) -> tuple[Message, Order]:
    message = session.scalar(select(Message).filter_by(id=message_id, shop_id=shop.id)) or abort(404)
    if message.order_id is None or not again.is_possible(message):
        abort(404)
    return message, session.get_one(Order, message.order_id)


def _decision(session: Session, shop: Shop, wanted: outbox.Ask) -> Decision:
    return foreseen.look(session, shop.id, [wanted])[0].decision


def _back(message: Message, said: str) -> str:
    if message.shipment_ids:
        return address("shipment.show", shipment_id=message.shipment_ids[0], said=said)
    return address("messages.index", said=said)


def _page(session: Session, shop: Shop, message: Message, order: Order) -> str:
    times = again.count(session, message)
    wanted = again.ask_of(message, order, times=times)
    decision, is_waiting = _decision(session, shop, wanted), again.is_waiting(session, message)
    saw(
        session, merchant_sentence("message %(number)s of order %(order)s", number=message.id, order=order.id)
    )
    return shell.page(
        session,
        shop,
        "messages/again.html",
        "shipments" if message.shipment_ids else "messages",
        message=message,
        order=order,
        what=WHAT[message.medium],
        name=words.TRIGGERS[message.trigger],
        to=wanted.to,
        is_moved=bool(wanted.to and message.to and wanted.to != message.to),
        times=times,
        back=_back(message, ""),
        goes=not is_waiting and not isinstance(decision, Skipped),
        verdict=say(WAITING) if is_waiting else _sentence(shop, decision),
    )


def _sentence(shop: Shop, decision: Decision) -> str:
    match decision:
        case Allowed():
            return say("It leaves within seconds.")
        case Deferred(until, reason):
            return say(
                "%(why)s It would go %(when)s.", why=REASONS[reason], when=answer.calendar(shop).within(until)
            )
        case Skipped(reason):
            return say("It would not go. %(why)s", why=REASONS[reason])
