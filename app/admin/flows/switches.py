"""The switches: what goes out by itself, and which of the store's own mails it would double."""

from collections.abc import Sequence
from datetime import timedelta
from typing import NamedTuple

from flask import Blueprint, abort, redirect, request
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from app.admin import answer, shell
from app.admin.doors.session import address, for_shop
from app.admin.flows.editor import wording
from app.admin.saying import say, say_all
from app.flows import doubles, hold_outs, published, switches, tally
from app.flows.models import Flow as FlowRow
from app.flows.plan.definition import Wait
from app.insights import days
from app.insights.counting import Day
from app.lib.words import sentence
from app.messages.providers import complaints
from app.shops import checkups
from app.shops.models import Shop
from app.vocabulary import PlatformKey, Reason, Trigger

blueprint = Blueprint("flows", __name__)


FROM_THEN_ON = sentence(
    "When on: whoever lapses from then on gets it, counted from their last order, though it was before you "
    "came to Doorstep. Who lapsed earlier is left alone."
)


class Words(NamedTuple):
    """What a flow is called and does."""

    icon: str
    what: str
    when_on: str


WORDS = {
    Trigger.THANK_YOU: Words(
        "heart",
        sentence("An order is paid. One mail, at once."),
        sentence("When on: the next order is thanked for within seconds. Earlier orders are left alone."),
    ),
    Trigger.SHIPPED: Words(
        "parcel",
        sentence("A parcel is handed over. One mail with its tracking link."),
        sentence(
            "When on: shoppers hear of the next parcel that leaves. Those already on their way are left "
            "alone."
        ),
    ),
    Trigger.OUT_FOR_DELIVERY: Words(
        "truck",
        sentence("The driver has it. One mail as soon as the carrier says so."),
        sentence("When on: shoppers hear of the next parcel that goes out for delivery."),
    ),
    Trigger.DELIVERED: Words(
        "home",
        sentence("It has arrived. One mail."),
        sentence("When on: shoppers hear of the next parcel that arrives."),
    ),
    Trigger.READY_TO_COLLECT: Words(
        "store",
        sentence(
            "It waits at a shop or a post office. One mail with place, hours and code, where the carrier "
            "says."
        ),
        sentence("When on: shoppers hear of the next parcel that waits for them."),
    ),
    Trigger.PICKUP_REMINDER: Words(
        "clock",
        sentence("It was not collected. A mail after one day, three days and six."),
        sentence("When on: it begins with the next parcel that waits for so long."),
    ),
    Trigger.ATTEMPT_FAILED: Words(
        "warn",
        sentence("The carrier came and could not hand it over. One mail that says what happens next."),
        sentence("When on: shoppers hear of the next attempt that fails."),
    ),
    Trigger.RUNNING_LATE: Words(
        "clock",
        sentence("It is late, stuck or delayed. One mail. Off, it goes to whoever wants to hear only that."),
        sentence("When on: shoppers hear of the next parcel that runs late."),
    ),
    Trigger.LABEL_CREATED: Words(
        "parcel",
        sentence("It is packed. One mail, unless “Shipped” says so. Off, it goes to whoever asks for it."),
        sentence("When on: every shopper hears of it."),
    ),
    Trigger.IN_TRANSIT: Words(
        "truck",
        sentence("The carrier has it and it moves. One mail. Off, it goes to whoever asks for it."),
        sentence("When on: every shopper hears of it."),
    ),
}

REQUESTS = {
    Trigger.BACK_IN_STOCK: Words(
        "store",
        sentence(
            "What somebody asked to hear of is back. One mail, those first who asked first, and no more at "
            "once than what is there may serve; who comes to an empty shelf again goes on waiting."
        ),
        sentence("When on: it begins with the next thing that comes back."),
    ),
}
"""Goes once to whoever asked for it."""
OFFERS = {
    Trigger.WELCOME: Words(
        "heart",
        sentence(
            "Somebody says yes to offers by mail. A mail an hour later, and one after three days unless they "
            "bought."
        ),
        sentence("When on: it begins with the next yes. Lists that you bring are left alone."),
    ),
    Trigger.ABANDONED_CHECKOUT: Words(
        "cart",
        sentence(
            "Somebody left a cart and can be written to. A mail after an hour, a day and three days, until "
            "they buy; to who agreed to texts, one text in place of the second."
        ),
        sentence("When on: it begins with the next cart that is left."),
    ),
    Trigger.REVIEW_REQUEST: Words(
        "star",
        sentence(
            "What was ordered has arrived. A mail a week later, two from abroad, and one reminder; "
            "not while a problem is open."
        ),
        sentence("When on: it begins with the next order that arrives."),
    ),
    Trigger.CHECK_IN: Words(
        "heart",
        sentence(
            "All of an order has arrived. Two days later one mail asks whether they would recommend you, "
            "from 0 to 10; not while a problem is open."
        ),
        sentence("When on: it begins with the next order that arrives."),
    ),
    Trigger.WIN_BACK: Words(
        "heart",
        sentence(
            "Somebody has not bought for one and a half times as long as they used to, or for 180 days. "
            "A mail, another a week later, and one after two weeks with 10 %% off: a code for one order "
            "and two weeks, made in your store and taken back when they buy."
        ),
        FROM_THEN_ON,
    ),
    Trigger.REPLENISHMENT: Words(
        "refresh",
        sentence(
            "Something is likely to be used up: after as long as your own shoppers usually take to buy it "
            "again. One mail, while it can be bought. Only for products that enough of them have bought "
            "again."
        ),
        sentence("When on: it begins with the next order."),
    ),
    Trigger.LAPSED_SURVEY: Words(
        "info",
        sentence(
            "Somebody has not bought for one and a half times as long as they used to, or for 180 days, "
            "and a month later still has not. One mail asks why."
        ),
        FROM_THEN_ON,
    ),
}
"""Need a yes to offers; one shopper in ten is left out, so that it can be seen what a flow brings."""
ALL = WORDS | REQUESTS | OFFERS


@blueprint.get("/flows")
@for_shop
def index(session: Session, shop: Shop) -> str:
    """Show every flow with its switch and what it did lately."""
    drafts = select(FlowRow.trigger).filter_by(shop_id=shop.id).where(FlowRow.draft.is_not(None))
    return shell.page(
        session,
        shop,
        "flows/index.html",
        "flows",
        flows=WORDS,
        requests=REQUESTS,
        offers=OFFERS,
        on={trigger: at for trigger, at in switches.switched_on(session, shop.id).items() if trigger in ALL},
        did=tally.of_shop(session, shop.id, _lately(session, shop).told),
        off=Reason.FLOW_OFF,
        plans=_plans(session, shop.id),
        drafts=set(session.scalars(drafts)),
        doubled=doubles.of(session, shop),
        percent=hold_outs.share(shop),
        paused_at=complaints.paused_at(shop),
        quoted=_quoted,
    )


def _quoted(names: Sequence[str]) -> str:
    return say_all([say("“%(name)s”", name=name) for name in names])


def _lately(session: Session, shop: Shop) -> Day:
    """Return what the last 30 days came to, today among them."""
    first = answer.calendar(shop).today - tally.LATELY + timedelta(days=1)
    return Day.sum(days.of(session, shop, first).values())


class Plan(NamedTuple):
    """A flow with steps, in short."""

    steps: int
    messages: str
    hold_out: int
    waits: bool = False
    """Somebody can be in it for a while."""
    is_unreadable: bool = False
    """It was published by an older release, and has to be mended before anybody comes in."""


def _plans(session: Session, shop_id: int) -> dict[Trigger, Plan]:
    """Return every flow with steps, as it is in force."""
    found = {}
    for trigger, file in published.files(session, shop_id).items():
        flow = published.readable(file)
        found[trigger] = (
            Plan(
                len(flow.steps),
                wording.counted(flow),
                flow.hold_out,
                waits=any(isinstance(it, Wait) for it in flow.steps),
            )
            if flow
            else Plan(0, say("as this version of Doorstep no longer reads it"), 0, is_unreadable=True)
        )
    return found


@blueprint.post("/flows/<name>")
@for_shop
def switch(session: Session, shop: Shop, name: str) -> Response:
    """Switch one flow on or off."""
    if name not in ALL:
        abort(404)
    switches.switch(session, shop.id, Trigger(name), on=request.form.get("on") == "yes")
    return redirect(address("flows.index") + f"#{name}", 303)


@blueprint.post("/flows/<name>/own-mails")
@for_shop
def own_mails(session: Session, shop: Shop, name: str) -> Response:
    """Keep what the merchant says of the store's own mails, or let the store be asked again."""
    if name not in ALL:
        abort(404)
    said = request.form.get("said")
    if said in ("off", "unsaid"):
        doubles.confirm(session, shop.id, Trigger(name), off=said == "off")
    elif said == "ask" and shop.platform is PlatformKey.WOOCOMMERCE:
        checkups.ask(session, shop.id)
    else:
        abort(400)
    return redirect(address("flows.index") + f"#{name}", 303)
