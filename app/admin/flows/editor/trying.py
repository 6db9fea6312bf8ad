"""The draft tried on one order or cart: which way it would go now, and why, step by step."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from flask import Blueprint, request
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.admin import answer, finding, shell, words
from app.admin.dates import Calendar
from app.admin.doors.session import for_shop, saw
from app.admin.flows.editor import asking, wording
from app.admin.flows.editor.pages import trigger_of
from app.admin.saying import say, spoken
from app.commerce.models import Checkout, LineItem, Order
from app.flows import drafts, engine, hold_outs, published, seeing
from app.flows.plan import advance, walking
from app.flows.plan.definition import Action, Choice, Draw, Flow, Leave, Message, Wait
from app.flows.plan.fields import FIELDS
from app.flows.plan.walking import Look, Passed
from app.flows.seeing import Asked, Seen
from app.lib import clock, money
from app.lib.told import Told, tell
from app.lib.words import merchant_sentence, sentence
from app.shops.models import Shop
from app.stock.models import Waiting
from app.tracking.models import Shipment

blueprint = Blueprint("flow_try", __name__)
SHOWN = 8
TITLES = {
    "order": sentence("Try %(flow)s on a real order"),
    "checkout": sentence("Try %(flow)s on a real cart"),
    "item": sentence("Try %(flow)s on a real purchase"),
    "parcel": sentence("Try %(flow)s on a real parcel"),
    "profile": sentence("Try %(flow)s on a real order"),
    "waiting": sentence("Try %(flow)s on a real request"),
}
NOTHING_YET = {
    "order": sentence("It will be here with the first order."),
    "checkout": sentence("It will be here with the first cart."),
    "item": sentence("It will be here with the first purchase."),
    "parcel": sentence("It will be here with the first parcel."),
    "profile": sentence("It will be here with the first order."),
    "waiting": sentence("It will be here with the first request."),
}


class Subject(NamedTuple):
    """What a flow can be tried on."""

    id: int
    """Of what the flow is about."""
    name: Told
    picked: int
    """How the address names it."""


class Line(NamedTuple):
    """One step, as it would be come to."""

    icon: str
    when: str
    title: str
    came: str
    looks: tuple[tuple[str, bool], ...]


@blueprint.get("/flows/<name>/try")
@for_shop
def show(session: Session, shop: Shop, name: str) -> str:
    """Show what can be tried, and the way of whatever was picked."""
    trigger, search = trigger_of(name), request.args.get("q", "").strip()
    flow = published.readable(drafts.look(session, shop.id, trigger).file)
    if flow is not None and not (flow.leads_on and flow.about in TITLES):
        flow = None  # a draft need not be sound: who went through this one would never come out
    subjects = _subjects(session, shop, flow, search) if flow else []
    picked = request.args.get("on", 0, int) or (subjects[0].picked if search and len(subjects) == 1 else 0)
    subject = _picked(session, shop, flow, picked) if flow and picked else None
    now = clock.now()
    seen = None
    if flow and subject:
        tried = words.TRIGGERS.written(trigger)
        saw(session, merchant_sentence("tried %(flow)s on %(subject)s", flow=tried, subject=subject.name))
        everything = frozenset(FIELDS[flow.about])
        seen = seeing.see(session, [Asked(1, flow.about, subject.id, now, trigger, everything)]).get(1)
    walk = walking.walk(flow, seen.facts, now) if flow and seen else None
    dates = answer.calendar(shop)
    return shell.page(
        session,
        shop,
        "flows/try.html",
        "flows",
        trigger=trigger,
        name=words.TRIGGERS[trigger],
        title=_title(flow, words.TRIGGERS[trigger]),
        nothing_yet=say(NOTHING_YET[flow.about]) if flow else "",
        has_search=flow is not None and flow.about in ("order", "profile"),
        can_be_tried=flow is not None,
        subjects=subjects,
        subject=subject,
        search=search,
        lines=[_line(it, flow, shop, dates) for it in walk.passed] if walk and flow else [],
        asked=_asked(flow, seen, shop) if flow and seen else [],
        walk=walk,
        because=wording.because,
        left_out=_left_out(flow, seen, shop, subject) if flow and seen and subject else "",
    )


def _title(flow: Flow | None, name: str) -> str:
    return say(TITLES[flow.about] if flow else sentence("Try %(flow)s on something real"), flow=name)


def _subjects(session: Session, shop: Shop, flow: Flow, search: str) -> list[Subject]:
    """Return the newest of what a flow is about; of orders those that were looked for."""
    if flow.about == "checkout":
        carts = select(Checkout).filter_by(shop_id=shop.id).order_by(Checkout.id.desc()).limit(SHOWN)
        return [_cart(it, shop) for it in session.scalars(carts)]
    if flow.about == "waiting":
        requests = select(Waiting).filter_by(shop_id=shop.id).order_by(Waiting.id.desc()).limit(SHOWN)
        return [_request(it, shop) for it in session.scalars(requests)]
    if flow.about == "parcel":
        parcels = select(Shipment).filter_by(shop_id=shop.id).order_by(Shipment.id.desc()).limit(SHOWN)
        return [_parcel(it) for it in session.scalars(parcels)]
    if flow.about == "item":
        lines = select(LineItem).filter_by(shop_id=shop.id).order_by(LineItem.id.desc()).limit(SHOWN)
        return [_item(it) for it in session.scalars(lines)]
    orders = select(Order).where(Order.shop_id == shop.id, Order.placed_at.is_not(None))
    if search:
        orders = orders.where(finding.is_order(search))
    if flow.about == "profile":
        orders = orders.where(Order.profile_id.is_not(None))
    return [_order(it, flow) for it in session.scalars(orders.order_by(Order.id.desc()).limit(SHOWN))]


def _picked(session: Session, shop: Shop, flow: Flow, picked: int) -> Subject | None:
    """Return what an address names, if it is the shop's."""
    match flow.about:
        case "checkout":
            cart = session.scalar(select(Checkout).filter_by(shop_id=shop.id, id=picked))
            return _cart(cart, shop) if cart else None
        case "waiting":
            asked = session.scalar(select(Waiting).filter_by(shop_id=shop.id, id=picked))
            return _request(asked, shop) if asked else None
        case "parcel":
            parcel = session.scalar(select(Shipment).filter_by(shop_id=shop.id, id=picked))
            return _parcel(parcel) if parcel else None
        case "item":
            line = session.scalar(select(LineItem).filter_by(shop_id=shop.id, id=picked))
            return _item(line) if line else None
        case _:
            order = session.scalar(select(Order).filter_by(shop_id=shop.id, id=picked))
            has_subject = order is not None and (flow.about != "profile" or order.profile_id is not None)
            return _order(order, flow) if order is not None and has_subject else None


def _order(order: Order, flow: Flow) -> Subject:
    about = order.profile_id if flow.about == "profile" and order.profile_id else order.id
    return Subject(about, tell("order %(name)s", name=order.name or order.external_id), order.id)


def _cart(cart: Checkout, shop: Shop) -> Subject:
    worth = money.display(cart.total or 0, cart.currency or shop.currency, spoken().locale)
    when = answer.calendar(shop).within(cart.started_at)
    return Subject(cart.id, tell("the cart of %(when)s, %(worth)s", when=when, worth=worth), cart.id)


def _request(asked: Waiting, shop: Shop) -> Subject:
    when = answer.calendar(shop).within(asked.asked_at)
    return Subject(asked.id, tell("the request of %(when)s", when=when), asked.id)


def _item(line: LineItem) -> Subject:
    name = (
        tell("the %(thing)s of purchase %(number)s", thing=line.title, number=line.id)
        if line.title
        else tell("the thing of purchase %(number)s", number=line.id)
    )
    return Subject(line.id, name, line.id)


def _parcel(parcel: Shipment) -> Subject:
    return Subject(parcel.id, tell("parcel %(number)s", number=parcel.number or parcel.id), parcel.id)


def _line(it: Passed, flow: Flow, shop: Shop, dates: Calendar) -> Line:
    said = wording.step(it.step, flow, shop.currency)
    return Line(said.icon, dates.when(it.at), said.title, _came(it, dates), _looked(it.looks, shop))


def _came(it: Passed, dates: Calendar) -> str:  # noqa: PLR0911 - a line for each kind of step
    match it.step:
        case Message():
            return say(
                "Asked for. It is looked at once more just before it goes: consent, quiet hours, caps."
            )
        case Action():
            return say("Done.")
        case Wait():
            return _waited(it.until, it.at, dates)
        case Choice() as step:
            return say("Yes.") if it.onward == step.yes else say("No.")
        case Draw():
            return say("Chance decides. Here it is one way of several.")
        case Leave():
            return say("They leave.")
        case _:
            return ""


def _waited(until: datetime | None, since: datetime, dates: Calendar) -> str:
    if until is None:
        return say("It waits here until something is heard.")
    if until == since:
        return say("Nothing to wait for.")
    return say("Until %(when)s, if nothing changes.", when=dates.within(until))


def _asked(flow: Flow, seen: Seen, shop: Shop) -> list[tuple[str, bool, tuple[tuple[str, bool], ...]]]:
    """Return what is asked all along: why, whether it lets go of them, and each condition."""
    found = []
    for because, looks in walking.objections(flow, seen.facts):
        all_hold = all(look.holds for look in looks)
        title = say("Leaves early: %(why)s", why=wording.because(because)) if because else say("Only while")
        found.append((title, all_hold if because else not all_hold, _looked(looks, shop)))
    return found


def _looked(looks: Sequence[Look], shop: Shop) -> tuple[tuple[str, bool], ...]:
    return tuple((asking.said(look.condition, shop.currency), look.holds) for look in looks)


def _left_out(flow: Flow, seen: Seen, shop: Shop, subject: Subject) -> str:
    """Say whether chance leaves this very shopper out; empty: it does not."""
    who = engine.who(shop.id, seen.matter.profile_id, flow.about, subject.id)
    if hold_outs.gets_none(who, flow, hold_outs.share(shop)):
        return say(
            "Chance leaves this shopper out of all offers: they would walk the same way and get nothing."
        )
    if advance.enter(flow, who, clock.now()).held_out:
        return say(
            "Chance leaves this shopper out of this flow: they would walk the same way and get nothing."
        )
    return ""
