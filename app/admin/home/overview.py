"""The home page of a shop: is anything wrong, what is left to set up, four figures, and what needs a look."""

from typing import NamedTuple

from flask import Blueprint, abort, g, redirect, request
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from app.admin import answer, shell
from app.admin.answer import Group
from app.admin.dates import Calendar
from app.admin.doors.session import address, for_shop, saw
from app.admin.exceptions import index as exceptions
from app.admin.flows.switches import ALL
from app.admin.home import charts, connections, figures, setup
from app.admin.home.periods import STEPS, Period
from app.admin.saying import say
from app.admin.words import TRIGGERS
from app.commerce.models import Order
from app.flows import switches
from app.lib.words import merchant_sentence
from app.messages.providers import accounts
from app.shops.models import Shop
from app.shops.page_host import public_url
from app.tracking.exceptions import attention
from app.tracking.page.links import tracking_url
from app.vocabulary import Trigger

blueprint = Blueprint("overview", __name__)

SHOWN = 5
"""How much of what needs a look is listed; the queue has the rest."""
NOON, EVENING = 12, 18


class Flow(NamedTuple):
    """One flow as a line."""

    name: str
    sent: int
    is_on: bool


@blueprint.get("/home")
@for_shop
def index(session: Session, shop: Shop) -> str:
    """Show how the shop stands."""
    here = answer.calendar(shop)
    g.leads_to = public_url(shop)
    period = Period.asked(here)
    tally = answer.tally(session, [shop])[shop.id]
    on = switches.switched_on(session, shop.id).keys() & ALL.keys()
    servers = accounts.of_shop(session, shop.id)
    steps = setup.steps(session, shop, on, servers, here)
    came_to = figures.sums(session, shop, period)
    told = figures.messages(came_to)
    queue = attention.queue(session, shop.id, kind=None, aside=False, skip=0, limit=SHOWN)
    shown = [
        charts.on_time(figures.on_time(came_to)),
        charts.exceptions(figures.open_exceptions(session, shop, period), tally.exceptions.total, period),
        charts.visits(figures.visits(came_to)),
        charts.messages(told),
    ]
    lines = exceptions.lines(session, shop, queue)
    if lines:
        numbers = ",".join(str(line.order.id) for line in lines)
        saw(session, merchant_sentence("exceptions of orders %(orders)s", orders=numbers))
    return shell.page(
        session,
        shop,
        "home/index.html",
        "home",
        tally=tally,
        greeting=_greeting(here),
        moving=tally.parcels.get(Group.TRANSIT, 0) + tally.parcels.get(Group.TODAY, 0),
        steps=steps,
        left=[step for step in steps if not step.done],
        is_hidden=setup.is_hidden(shop),
        look=setup.LOOK,
        period=period,
        periods=STEPS,
        figures=shown,
        behind=list(zip(period.days_of_parts, zip(*(it.numbers for it in shown), strict=True), strict=True)),
        lines=lines,
        flows=_flows(on, told),
        connections=connections.lines(session, shop, tally, servers, here),
    )


@blueprint.post("/home/look")
@for_shop
def look(session: Session, shop: Shop) -> Response:
    """Note that the merchant looks at their tracking page, and lead there: to the page of the last order."""
    setup.note(session, shop, setup.LOOKED)
    newest = select(Order.id).where(Order.shop_id == shop.id, Order.placed_at.is_not(None))
    order_id = session.scalar(newest.order_by(Order.id.desc()).limit(1))
    there = tracking_url(shop, order_id) if order_id is not None else address("designer.index")
    return redirect(there, 303)


@blueprint.post("/home/setup")
@for_shop
def put_away(session: Session, shop: Shop) -> Response:
    """Put the list of steps away, or bring it back."""
    match request.form.get("show"):
        case "no":
            setup.note(session, shop, setup.HIDDEN)
        case "yes":
            setup.show_again(session, shop)
        case _:
            abort(400)
    return redirect(address("overview.index"), 303)


def _greeting(here: Calendar) -> str:
    hour = here.now.astimezone(here.zone).hour
    if hour < NOON:
        return say("Good morning")
    return say("Good afternoon") if hour < EVENING else say("Good evening")


def _flows(on: set[Trigger], told: figures.Told) -> list[Flow]:
    every = [Flow(TRIGGERS[it], told.by_trigger.get(it, 0), it in on) for it in ALL]
    return sorted((it for it in every if it.is_on or it.sent), key=lambda it: (not it.is_on, -it.sent))
