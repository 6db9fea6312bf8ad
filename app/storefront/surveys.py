"""Whether a shopper would recommend the shop, from 0 to 10, and why they stay away.

Opening the link changes nothing, for mail scanners open it as well; its number is only marked on the page.
"""

from dataclasses import dataclass

from flask import Blueprint, Response, redirect, request, url_for
from sqlalchemy import select
from werkzeug import Response as BaseResponse

from app.commerce.models import Order
from app.lib import limits
from app.lib.db import transaction
from app.lib.signing import Forged
from app.lib.words import sentence
from app.messages.letters import links
from app.messages.models import Message
from app.shops import brand as brands
from app.shops.models import Shop
from app.storefront import hosts, look
from app.surveys import answering, reasons
from app.surveys.models import SurveyAnswer, Why
from app.tracking.page.links import token_of
from app.vocabulary import CaseKind, ShopState, Trigger

pages = Blueprint("surveys", __name__)

TRIES, WINDOW = 20, 3600
"""Answers of one visitor, and to one message, in how many seconds."""
PAGES = {Trigger.CHECK_IN: "check_in", Trigger.LAPSED_SURVEY: "lapsed"}
"""What is asked, and the page that asks it."""


@dataclass(frozen=True, slots=True)
class Opened:
    """What a link leads to."""

    token: str
    shop: Shop
    message: Message
    order: Order | None
    said: SurveyAnswer | None


@pages.get("/answer/<token>")
def ask(token: str) -> Response:
    """Return the question, and what was answered so far."""
    opened = _open(token)
    return _page(opened) if opened else _nothing()


@pages.post("/answer/<token>")
def answer(token: str) -> BaseResponse:
    """Keep an answer, and offer to add to it; where it answers nothing, ask again."""
    opened = _open(token)
    if opened is None:
        return _nothing()
    if not _may_try(opened.message.id):
        return _page(opened, status=429, must_wait=True)
    score, why, words = _typed()
    with transaction() as session:
        kept = answering.keep(session, opened.message.id, score=score, why=why, words=words)
    if not kept:
        return _page(opened, status=422, is_empty=True)
    said = None if words is None else "yes"
    return redirect(url_for("storefront.surveys.ask", token=token, said=said), 303)


def _typed() -> tuple[int | None, Why | None, str | None]:
    why = request.form.get("why", "")
    return (
        request.form.get("score", type=int),
        Why(why) if why in list(Why) else None,
        request.form.get("words"),
    )


def _open(token: str) -> Opened | None:
    """Return what a link leads to; None where it was not ours, or there is nobody (any more) to ask."""
    try:
        shop_id, message_id = links.message_of(token, links.SURVEY)
    except Forged:
        return None
    if hosts.of_shop() not in (None, shop_id):
        return None
    mine = select(Message).filter_by(id=message_id, shop_id=shop_id)
    with transaction() as session:
        shop = session.get(Shop, shop_id)
        message = session.scalar(mine.where(Message.trigger.in_(PAGES), Message.to.is_not(None)))
        if shop is None or message is None or shop.state is not ShopState.INSTALLED:
            return None
        order = session.get(Order, message.order_id) if message.order_id else None
        return Opened(token, shop, message, order, answering.of_message(session, message_id))


def _may_try(message_id: int) -> bool:
    visitor = limits.allows("survey", request.remote_addr or "", times=TRIES, seconds=WINDOW)
    return visitor and limits.allows("survey-message", str(message_id), times=TRIES, seconds=WINDOW)


def _page(opened: Opened, *, status: int = 200, must_wait: bool = False, is_empty: bool = False) -> Response:
    tapped, order, said = request.args.get("score", -1, int), opened.order, opened.said
    problem = (
        url_for("storefront.cases.ask", token=token_of(order.id), kind=CaseKind.PROBLEM) if order else None
    )
    return look.page(
        PAGES[opened.message.trigger],
        brands.of(opened.shop),
        look.reader(opened.shop, order.locale if order else None),
        status=status,
        shop=opened.shop.domain,
        here=url_for("storefront.surveys.answer", token=opened.token),
        score=said.score if said else None,
        why=said.why if said else None,
        has_words=said is not None and said.words is not None,
        is_said="said" in request.args and said is not None,
        tapped=tapped if answering.LEAST <= tapped <= answering.MOST else None,
        scores=range(answering.LEAST, answering.MOST + 1),
        longest=answering.LONGEST,
        reasons=reasons.IN_WORDS,
        must_wait=must_wait,
        is_empty=is_empty,
        problem_url=problem,
    )


def _nothing() -> Response:
    return look.notice(
        404,
        sentence("This link leads nowhere"),
        sentence("Please open the link in your mail again, or look your order up."),
    )
