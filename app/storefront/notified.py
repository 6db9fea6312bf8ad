"""A browser that its shopper lets tell them of one order; only that browser can ask for it, and undo it."""

from flask import Blueprint, Response, request
from sqlalchemy.orm import Session
from werkzeug import Response as BaseResponse

from app.audience import profiles, suppression
from app.channels import push
from app.channels.base import Browser
from app.commerce.models import Order
from app.lib import clock
from app.lib.db import transaction
from app.lib.words import of as words_of
from app.platforms.base import Consent
from app.platforms.purchases import Person
from app.shops.models import Shop
from app.storefront import hearing, look, updates
from app.tracking.shoppers import browsers
from app.vocabulary import Category, ConsentSource, ConsentState, Medium

pages = Blueprint("notified", __name__)

LONGEST = 2000
"""Characters of an address at a push service."""


@pages.post("/t/<token>/browser")
def choose(token: str) -> BaseResponse:
    """Keep whether a browser is told of an order, with the sentence that was agreed to."""
    found = updates.find(token)
    if found is None:
        return updates.nothing()
    form = request.form
    endpoint = form.get("endpoint", "")[:LONGEST]
    on = {"yes": True, "no": False}.get(form.get("on", ""))
    if on is None or (on and not hearing.can_notify(found)):
        return updates.unchanged(found)
    if not updates.may_try(found.order.id):
        return updates.wait(found)
    try:
        browser = push.browser(endpoint, form.get("key", ""), form.get("auth", "")) if on else None
    except push.Unfit:
        return updates.unchanged(found)
    with transaction() as session:
        order = session.get_one(Order, found.order.id, with_for_update=True)
        if browser is not None:
            _begin(session, order, found.shop, browser)
        else:
            _end(session, order, found.shop, endpoint)
    return Response(status=204)


@pages.get("/push-worker.js")
def worker() -> BaseResponse:
    """Return what shows a notification in a browser; from here, so that it may for every page of ours."""
    answer = look.file("", "push-worker.js")
    answer.headers["Service-Worker-Allowed"] = "/"
    return answer


def _begin(session: Session, order: Order, shop: Shop, browser: Browser) -> None:
    if browsers.keep(session, order, browser):
        words = words_of(order.locale, shop.locale)
        wording = words.say(hearing.NOTIFY[1])
        suppression.lift(session, shop.id, Medium.PUSH, browser.endpoint, Category.TRANSACTIONAL)
        _say(session, order, browser.endpoint, ConsentState.SUBSCRIBED, wording)


def _end(session: Session, order: Order, shop: Shop, endpoint: str) -> None:
    if browsers.forget(session, order, endpoint) and not browsers.is_told(session, shop.id, endpoint):
        wording = words_of(order.locale, shop.locale).say(hearing.UNDO)
        _say(session, order, endpoint, ConsentState.NOT_SUBSCRIBED, wording)


def _say(session: Session, order: Order, endpoint: str, state: ConsentState, wording: str) -> None:
    said = Consent(
        person=Person(email=order.email),
        medium=Medium.PUSH,
        category=Category.TRANSACTIONAL,
        state=state,
        source=ConsentSource.TRACKING_PAGE,
        at=clock.now(),
        address=endpoint,
        wording=wording,
        proof={"order": str(order.id), "choice": "browser"},
    )
    profiles.keep_consent(session, order.shop_id, said, heard_at=clock.now())
