"""What is wrong with the connection, how it is mended, and which orders the store did not tell us of."""

from collections.abc import Callable
from typing import NamedTuple

from flask import Blueprint, abort, redirect, request, url_for
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from app.admin import paging, shell
from app.admin.doors.session import address, for_shop
from app.admin.saying import say
from app.admin.stores.inbox import RECONNECT
from app.commerce import gaps
from app.commerce.gaps import GapOutcome, MissedOrder
from app.commerce.models import Order
from app.lib.words import sentence
from app.platforms.findings import Grade, Remedy
from app.shops import checkups, errands
from app.shops.models import Shop
from app.vocabulary import PlatformKey

blueprint = Blueprint("doctor", __name__)


class Button(NamedTuple):
    """What a merchant can have done about a finding."""

    label: str
    does: Callable[[Session, Shop, str], None]


def _make_webhooks(session: Session, shop: Shop, subject: str) -> None:
    del subject
    errands.add(session, shop.id, "woocommerce.setup")


def _compare(session: Session, shop: Shop, subject: str) -> None:
    del subject
    errands.add(session, shop.id, f"{shop.platform}.compare", every=gaps.DAILY)


def _mail_off(session: Session, shop: Shop, subject: str) -> None:
    checkups.switch_mail(session, shop, subject, on=False)


def _mail_on(session: Session, shop: Shop, subject: str) -> None:
    checkups.switch_mail(session, shop, subject, on=True)


BUTTONS = {
    Remedy.WEBHOOKS: Button(sentence("Make the notices anew"), _make_webhooks),
    Remedy.MAIL_OFF: Button(sentence("Switch it off"), _mail_off),
    Remedy.MAIL_ON: Button(sentence("Switch it on again"), _mail_on),
    Remedy.COMPARE: Button(sentence("Compare all orders now"), _compare),
}
SHOWN = (GapOutcome.REPAIRED, GapOutcome.GONE, GapOutcome.UNREADABLE)


@blueprint.get("/connection/check")
@for_shop
def index(session: Session, shop: Shop) -> str:
    """Show the last look at the connection, and the last comparison of the store's orders with ours."""
    last = checkups.last(session, shop.id)
    found = last.findings if last else []
    run = gaps.last(session, shop.id)
    columns = (
        MissedOrder.id,
        MissedOrder.external_id,
        MissedOrder.changed_at,
        MissedOrder.mended_at,
        MissedOrder.outcome,
        MissedOrder.failure,
        Order.name,
    )
    ours = (Order.shop_id == MissedOrder.shop_id) & (Order.external_id == MissedOrder.external_id)
    missed = select(*columns).outerjoin(Order, ours).where(MissedOrder.shop_id == shop.id)
    missed = missed.where(MissedOrder.outcome.in_(SHOWN))
    return shell.page(
        session,
        shop,
        "stores/doctor.html",
        "connection",
        looked_at=last.looked_at if last else None,
        wrong=[it for it in found if it.grade is not Grade.GOOD],
        well=[it for it in found if it.grade is Grade.GOOD],
        bad=sum(it.grade in (Grade.BAD, Grade.ODD) for it in found),
        buttons=BUTTONS,
        is_looking=checkups.is_under_way(session, shop.id),
        run=run,
        report=gaps.count(session, run.id) if run else {},
        page=paging.newest_first(session, missed, MissedOrder.id),
        reconnect=url_for(RECONNECT[shop.platform], shop=shop.domain, store=shop.domain),
    )


@blueprint.post("/connection/check")
@for_shop
def look(session: Session, shop: Shop) -> Response:
    """Have the connection looked at now."""
    checkups.ask(session, shop.id)
    return redirect(address("doctor.index"), 303)


@blueprint.post("/connection/check/mend")
@for_shop
def mend(session: Session, shop: Shop) -> Response:
    """Do what a button promises, and look again; a shop's own last findings say which buttons there are."""
    remedy, subject = request.form.get("remedy", ""), request.form.get("subject", "")
    last = checkups.last(session, shop.id)
    offered = {(it.remedy, it.subject) for it in last.findings} if last else set()
    if (remedy, subject) not in {*offered, (Remedy.COMPARE, "")} or remedy not in BUTTONS:
        abort(400, say("That is no longer so. Look again first."))
    if Remedy(remedy) is not Remedy.COMPARE and shop.platform is not PlatformKey.WOOCOMMERCE:
        abort(400, say("Your store does that by itself."))
    BUTTONS[Remedy(remedy)].does(session, shop, subject)
    checkups.ask(session, shop.id)
    return redirect(address("doctor.index", said="mending"), 303)
