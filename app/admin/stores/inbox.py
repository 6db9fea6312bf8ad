"""The connection to the store: whether it speaks to us, and what it said that we could not read."""

from datetime import timedelta

from flask import Blueprint, abort, redirect, url_for
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from app.admin import answer, paging, shell
from app.admin.doors.session import address, for_shop, saw
from app.commerce import consent_record, gaps, inbox
from app.commerce.models import Delivery
from app.hooks import accounts
from app.imports import history
from app.lib import clock
from app.lib.words import merchant_sentence
from app.platforms.findings import Grade
from app.privacy import masking
from app.shops import checkups
from app.shops.models import Shop
from app.tracking.parcels import writeback
from app.vocabulary import InboxState, PlatformKey

blueprint = Blueprint("inbox", __name__)

LATELY = timedelta(days=30)
RECONNECT = {
    PlatformKey.SHOPIFY: "admin.connect_shopify.ask_permission",
    PlatformKey.WOOCOMMERCE: "connect_woocommerce.ask_which_store",
}
"""Where a merchant lets us in again."""


@blueprint.get("/connection")
@for_shop
def index(session: Session, shop: Shop) -> str:
    """Show the state of the connection, and every notice from the store that could not be read."""
    columns = (
        Delivery.id,
        Delivery.topic,
        Delivery.received_at,
        Delivery.failure,
        Delivery.attempts,
        Delivery.body.is_not(None).label("is_kept"),
    )
    parked = select(*columns).where(Delivery.shop_id == shop.id, Delivery.state == InboxState.PARKED)
    page = paging.newest_first(session, parked, Delivery.id)
    heard = select(Delivery.received_at).where(Delivery.shop_id == shop.id)
    newest = heard.order_by(Delivery.id.desc()).limit(1)
    waiting = select(func.count()).where(Delivery.shop_id == shop.id, Delivery.state == InboxState.WAITING)
    last = checkups.last(session, shop.id)
    return shell.page(
        session,
        shop,
        "stores/connection.html",
        "connection",
        not_read=answer.not_read,
        not_done=answer.not_done,
        page=page,
        heard_at=session.scalar(newest),
        waiting=session.scalar(waiting),
        told_since=writeback.since(shop),
        consent_since=consent_record.since(shop),
        to_mend=sum(it.grade in (Grade.BAD, Grade.ODD) for it in last.findings) if last else 0,
        missed=gaps.missed_since(session, shop.id, clock.now() - LATELY),
        services=accounts.of_shop(session, shop.id),
        history=history.of_shop(session, shop.id),
        reconnect=url_for(RECONNECT[shop.platform], shop=shop.domain, store=shop.domain),
    )


@blueprint.get("/connection/notices/<int(max=9223372036854775807):notice_id>")
@for_shop
def show(session: Session, shop: Shop, notice_id: int) -> str:
    """Show one notice that could not be read, word for word and without the shopper."""
    mine = select(Delivery).filter_by(id=notice_id, shop_id=shop.id, state=InboxState.PARKED)
    row = session.scalar(mine) or abort(404)
    body = masking.masked(row.body) if row.body is not None else ""
    saw(session, merchant_sentence("notice %(notice)s, masked", notice=row.id))
    return shell.page(session, shop, "stores/notice.html", "connection", row=row, body=body)


@blueprint.post("/connection/notices/<int(max=9223372036854775807):notice_id>/replay")
@for_shop
def replay(session: Session, shop: Shop, notice_id: int) -> Response:
    """Let one notice be read again."""
    count = inbox.replay(session, shop.id, notice_id)
    return redirect(address("inbox.index", said="again" if count else "gone"), 303)


@blueprint.post("/connection/notices/replay")
@for_shop
def replay_all(session: Session, shop: Shop) -> Response:
    """Let every notice that could not be read be read again."""
    count = inbox.replay(session, shop.id)
    return redirect(address("inbox.index", said="again" if count else "gone"), 303)
