"""What shoppers wrote of products: read, let through or hidden for a reason, and answered.

How many stars a review gives is shown once it was judged, and not before: nobody hides what they cannot see.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from flask import Blueprint, abort, redirect, request, url_for
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from app.admin import paging, shell
from app.admin.doors.session import address, for_shop, saw
from app.admin.saying import figure, say, say_all
from app.admin.stores.inbox import RECONNECT
from app.admin.tables import Said
from app.commerce.models import Order
from app.flows import doubles, switches
from app.flows.triggers import review_reply
from app.lib.words import merchant_sentence, sentence
from app.reviews import choice, links, moderating, telling, writing
from app.reviews.choice import Choice
from app.reviews.models import HiddenBecause, Review, ReviewState
from app.shops.models import Shop
from app.vocabulary import PlatformKey, Trigger

blueprint = Blueprint("reviews", __name__)

ONE = "/reviews/<int(max=9223372036854775807):review_id>"
REASONS = Said(
    {
        HiddenBecause.INSULTS: sentence("It insults or threatens somebody"),
        HiddenBecause.PERSONAL: sentence("It names somebody, or tells what is private"),
        HiddenBecause.OFF_TOPIC: sentence("It is not about the product"),
        HiddenBecause.ADVERTISING: sentence("It advertises something"),
        HiddenBecause.UNLAWFUL: sentence("It says or shows what the law does not allow"),
    }
)
TABS = Said(
    {
        "waiting": sentence("To read"),
        "published": sentence("Published"),
        "hidden": sentence("Hidden"),
        "all": sentence("All"),
    }
)


class Line(NamedTuple):
    """One review as it is listed."""

    review: Review
    order: Order
    photos: Sequence[str]
    """Addresses, good for an hour."""


class Unfit(NamedTuple):
    """What was typed at a review and cannot be kept, and why."""

    review_id: int
    field: str
    why: str
    typed: str = ""


@blueprint.get("/reviews")
@for_shop
def index(session: Session, shop: Shop) -> str:
    """Show what was written, newest first."""
    return _page(session, shop, request.args.get("tab"))


def _page(session: Session, shop: Shop, tab: str | None, wrong: Unfit | None = None) -> str:
    shares = moderating.shares(session, shop.id)
    usual = "waiting" if shares[ReviewState.WAITING].count else "all"
    tab = tab or usual
    wanted = select(Review.id).where(Review.shop_id == shop.id)
    if tab in list(ReviewState):
        wanted = wanted.where(Review.state == tab)
    page = paging.newest_first(session, wanted, Review.id)
    lines = _lines(session, [row[0] for row in page.rows])
    if lines:
        saw(
            session,
            merchant_sentence("reviews %(numbers)s", numbers=",".join(str(line.review.id) for line in lines)),
        )
    doubled = doubles.of(session, shop).get(Trigger.REVIEW_REQUEST)
    return shell.page(
        session,
        shop,
        "reviews/index.html",
        "reviews",
        tabs=TABS,
        tab=tab if tab in TABS else "all",
        shares=shares,
        page=page,
        lines=lines,
        wrong=wrong,
        before=request.args.get("before", type=int),
        reasons=REASONS,
        longest=moderating.LONGEST,
        choice=choice.of(shop),
        written_with=choice.label(choice.of(shop)),
        is_asked_for=Trigger.REVIEW_REQUEST in switches.switched_on(session, shop.id),
        doubled=doubled,
        doubled_by=say_all(say("“%(mail)s”", mail=it) for it in doubled.on) if doubled else "",
        reconnect=url_for(RECONNECT[shop.platform], shop=shop.domain, store=shop.domain),
        may_tell=shop.platform is not PlatformKey.SHOPIFY or telling.SCOPE in shop.scopes.split(),
    )


@blueprint.post(f"{ONE}/publish")
@for_shop
def publish(session: Session, shop: Shop, review_id: int) -> Response:
    """Let others see a review."""
    moderating.publish(session, _one(session, shop, review_id))
    return _back("published")


@blueprint.post(f"{ONE}/hide")
@for_shop
def hide(session: Session, shop: Shop, review_id: int) -> Response | str:
    """Let others not see a review, for one of the reasons."""
    review, because = _one(session, shop, review_id), request.form.get("because", "")
    if because not in list(HiddenBecause):
        wrong = Unfit(review.id, "because", say("Choose why it is hidden."))
        return _page(session, shop, request.form.get("tab"), wrong)
    moderating.hide(session, review, HiddenBecause(because))
    return _back("hidden")


@blueprint.post(f"{ONE}/answer")
@for_shop
def answer(session: Session, shop: Shop, review_id: int) -> Response | str:
    """Answer a review; the first answer goes out by e-mail."""
    review, words = _one(session, shop, review_id), request.form.get("words", "").strip()
    if not words or len(words) > moderating.LONGEST:
        why = say("Write an answer of %(most)s characters at most.", most=figure(moderating.LONGEST))
        return _page(session, shop, request.form.get("tab"), Unfit(review.id, "words", why, words))
    moderating.reply(review, words)
    review_reply.on_review_answered(session, review)
    return _back("answered")


@blueprint.get("/reviews/where")
@for_shop
def where(session: Session, shop: Shop) -> str:
    """Show where reviews can be written."""
    return _where(session, shop, choice.of(shop))


@blueprint.post("/reviews/where")
@for_shop
def choose(session: Session, shop: Shop) -> Response | str:
    """Keep where reviews are written."""
    typed = Choice(**{name: request.form.get(name, "").strip() for name in ("key", "name", "url")})
    if not choice.choose(session, shop, typed):
        return _where(session, shop, typed, is_unfit=True)
    return redirect(address("reviews.where", said="kept"), 303)


def _where(session: Session, shop: Shop, typed: Choice, *, is_unfit: bool = False) -> str:
    return shell.page(
        session,
        shop,
        "reviews/where.html",
        "reviews",
        choice=choice.of(shop),
        typed=typed,
        is_unfit=is_unfit,
        names={key: choice.label(Choice(key=key)) for key in choice.keys(shop)},
    )


def _one(session: Session, shop: Shop, review_id: int) -> Review:
    return moderating.find(session, shop.id, review_id) or abort(404)


def _back(said: str) -> Response:
    tab = request.form.get("tab", "all")
    return redirect(address("reviews.index", tab=tab if tab in TABS else "all", said=said), 303)


def _lines(session: Session, ids: Sequence[int]) -> list[Line]:
    rows = session.execute(
        select(Review, Order)
        .join(Order, Order.id == Review.order_id)
        .where(Review.id.in_(ids))
        .order_by(Review.id.desc())
    ).all()
    photos: Mapping[int, Sequence[int]] = writing.photos_of(session, ids)
    return [
        Line(review, order, [_photo(review.shop_id, photo_id) for photo_id in photos[review.id]])
        for review, order in rows
    ]


def _photo(shop_id: int, photo_id: int) -> str:
    """Return a photo's address: signed, for a picture in a frame of the back office brings no cookie."""
    return url_for("storefront.reviews.shown", token=links.photo_token(shop_id, photo_id))
