"""What the plug-in's own page in WordPress shows and does here: figures, exceptions, switches, and a way in.

The store's server asks, with a query signed by the secret of its webhooks that also says what it is for: a
signature that a shopper's page was asked for with opens nothing here.
"""

from typing import Any

from flask import Blueprint, Response, abort, jsonify, redirect, render_template, request, url_for
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from werkzeug.exceptions import Unauthorized
from werkzeug.wrappers import Response as BaseResponse

from app.admin import answer, shell
from app.admin.doors import entrance, session, stores
from app.admin.exceptions import evidence
from app.admin.flows.switches import WORDS
from app.admin.saying import say
from app.admin.words import TRIGGERS
from app.flows import switches
from app.flows.tally import LATELY
from app.lib import clock, signed_query
from app.lib.config import settings
from app.lib.db import transaction
from app.lib.signing import Forged
from app.lib.words import merchant_sentence
from app.messages.models import Message
from app.shops import entering, install
from app.shops.models import Shop
from app.stock import waiting
from app.tracking.exceptions import attention
from app.vocabulary import WENT_OUT, PlatformKey, ShopState, Trigger

blueprint = Blueprint("plugin_page", __name__)
blueprint.after_request(shell.protect)

FOR = "for"
"""In the signed query: what it was signed for."""
SHOWN = 5
"""How many exceptions the plug-in's page lists; the queue has the others."""
PAGES = ("home", "shipments", "exceptions", "messages", "flows", "waiting", "sources", "connection")
"""Where a way in may lead."""


@blueprint.get("/embed/<key>/admin")
def show(key: str) -> Response:
    """Return how the shop stands, what needs a look, and its flows."""
    with transaction() as opened:
        shop, _ = _vouched(opened, key, "overview")
        return _answer(_overview(opened, shop))


@blueprint.post("/embed/<key>/admin/flow")
def switch(key: str) -> Response:
    """Switch a flow on or off; which and how stands in the signed query."""
    with transaction() as opened:
        shop, said = _vouched(opened, key, "flow")
        name = said.get("flow", "")
        if name not in WORDS or said.get("on") not in ("yes", "no"):
            abort(400)
        switches.switch(opened, shop.id, Trigger(name), on=said["on"] == "yes")
        return _answer(_overview(opened, shop))


@blueprint.post("/embed/<key>/admin/way-in")
def make_way_in(key: str) -> Response:
    """Return an address that lets one browser, once and at once, into a page of the shop."""
    with transaction() as opened:
        shop, said = _vouched(opened, key, "way-in")
        page = said.get("page", "shipments")
        who = merchant_sentence("WordPress user %(name)s", name=said.get("who", "")[:20])
        token = entering.begin(opened, shop.id, page=page if page in PAGES else PAGES[0], who=who)
    return _answer({"url": f"{settings().url}/admin/way-in/{token}"})


@blueprint.post("/admin/way-in/<token>")
def arrive(token: str) -> BaseResponse:
    """Send a browser that comes from the store's pages on to where its own cookie comes along."""
    return redirect(url_for("plugin_page.ask_to_enter", token=token), 303)


@blueprint.get("/admin/way-in/<token>")
def ask_to_enter(token: str) -> str | BaseResponse:
    """Lead on whoever may see the shop already; ask anybody else to press a button of ours, once.

    No page of a stranger's can press it, and so nobody is led into a shop that they did not mean to enter.
    """
    with transaction() as opened:
        way = entering.look(opened, token)
        shop = opened.get(Shop, way.shop_id) if way else None
        is_known = shop is not None and stores.may_come_in(opened, shop)
    if way is None or shop is None:
        return _ended()
    if is_known:
        return redirect(f"/admin/{shop.id}/{way.page}", 303)
    return render_template("admin/stores/way_in.html", shop=shop, token=token, form_token=session.form_token)


@blueprint.post("/admin/way-in/<token>/open")
def enter(token: str) -> BaseResponse:
    """Let this browser into the page that a way in leads to, and use the way up."""
    session.check_form()
    with transaction() as opened:
        used = entering.use(opened, token)
        way = (used.shop_id, used.who, used.page) if used else None
        if used is not None:
            session.arrived(
                opened, used.shop_id, used.who, merchant_sentence("came in from the store’s own pages")
            )
    if way is None:
        return _ended()
    session.grant(way[0], who=way[1])
    return redirect(f"/admin/{way[0]}/{way[2]}", 303)


def _ended() -> Response:
    page, status = entrance.refused(
        Unauthorized(say("This way in was used, or has ended. Go back and press again."))
    )
    return Response(page, status)


def _vouched(opened: Session, key: str, what: str) -> tuple[Shop, dict[str, str]]:
    """Return the shop whose store signed this query for this, and what it says; any other is answered 401."""
    wanted = select(Shop).filter_by(platform=PlatformKey.WOOCOMMERCE, key=key, state=ShopState.INSTALLED)
    shop = opened.scalar(wanted)
    secret = install.secret_of(opened, shop.id, "webhook_secret") if shop else None
    try:
        said = signed_query.read(request.query_string, [secret or ""], clock.now())
    except Forged:
        abort(401)
    if shop is None or said.get(FOR) != what:
        abort(401)
    return shop, said


def _overview(opened: Session, shop: Shop) -> dict[str, Any]:
    tally = answer.tally(opened, [shop])[shop.id]
    people, _ = waiting.count(opened, shop.id)
    sent = (
        select(func.count())
        .select_from(Message)
        .where(
            Message.shop_id == shop.id, Message.created_at > clock.now() - LATELY, Message.state.in_(WENT_OUT)
        )
    )
    parcels = tally.parcels
    return {
        "sentence": tally.sentence,
        "figures": [
            {"label": say("On the way"), "count": parcels.get("transit", 0) + parcels.get("today", 0)},
            {"label": say("Arriving today"), "count": parcels.get("today", 0)},
            {"label": say("Need a look"), "count": tally.exceptions.total},
            {"label": say("Messages sent, 30 days"), "count": opened.scalar(sent) or 0},
            {"label": say("Waiting for something"), "count": people},
        ],
        "exceptions": _exceptions(opened, shop),
        "more": max(tally.exceptions.total - SHOWN, 0),
        "flows": _flows(opened, shop),
    }


def _exceptions(opened: Session, shop: Shop) -> list[dict[str, str]]:
    """Return the dearest and oldest: by the order's number, which names no shopper."""
    here = answer.calendar(shop)
    found = attention.queue(opened, shop.id, kind=None, aside=False, skip=0, limit=SHOWN)
    told = [(it.order.name or say("Order not read yet"), evidence.of(it.row, None, here)) for it in found]
    return [
        {"order": name, "what": says.chip.label, "why": f"{says.why} {says.advice}"} for name, says in told
    ]


def _flows(opened: Session, shop: Shop) -> list[dict[str, Any]]:
    on, doubled = switches.switched_on(opened, shop.id), shell.platform_of(shop).tracking_mails
    return [
        {
            "name": trigger,
            "label": TRIGGERS[trigger],
            "what": words.what,
            "on": trigger in on,
            "doubles": list(doubled.get(trigger, ())),
        }
        for trigger, words in WORDS.items()
    ]


def _answer(told: dict[str, Any]) -> Response:
    response = jsonify(told)
    response.headers["Cache-Control"] = "no-store"
    return response
