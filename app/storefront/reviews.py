"""What a shopper says of what they bought: stars, words and photos, on a form that a signed link opens.

Opening it changes nothing. Low stars get the same page, the same thanks and the same way to others' eyes as
high ones; help is offered beside it, never instead.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flask import Blueprint, Response, abort, redirect, request, url_for
from werkzeug import Response as BaseResponse

from app.audience.models import Profile
from app.commerce.models import Order
from app.lib import limits
from app.lib.db import transaction
from app.lib.signing import Forged
from app.lib.words import sentence
from app.reviews import links, photos, things, writing
from app.reviews.models import Review
from app.reviews.photos import Unfit
from app.reviews.things import Thing
from app.reviews.writing import Written
from app.shops import brand as brands
from app.shops.models import Shop
from app.storefront import look, review_page
from app.storefront.review_page import Desk, Typed
from app.vocabulary import ShopState

pages = Blueprint("reviews", __name__)

TRIES, WINDOW = 20, 3600
"""Reviews of one visitor, and of one order, in how many seconds."""
LINE = "/review/<token>/<int(max=9223372036854775807):line_id>"

UPLOAD, PATH = "storefront.reviews.keep", re.compile(r"/review/[^/]+/[0-9]+")
"""Brings photos: what is sent there may be longer than any other form."""

NO_STARS = sentence("Please choose how many stars you give.")
TOO_LONG = sentence("Please shorten your words a little.")
MUST_WAIT = sentence("That were many messages in a short time.")


@dataclass(frozen=True, slots=True)
class Opened:
    """What a link leads to."""

    token: str
    shop: Shop
    order: Order
    first_name: str | None
    last_name: str | None
    things: Sequence[Thing]
    written: Mapping[str, Review]
    photos: Mapping[int, Sequence[int]]

    @property
    def desk(self) -> Desk:
        """Whose page it is."""
        return Desk(self.token, self.shop, look.reader(self.shop, self.order.locale))

    def thing(self, line_id: int) -> Thing:
        """Return what one line of the order is; answers 404 where nothing of it can be reviewed."""
        return next((thing for thing in self.things if thing.line_id == line_id), None) or abort(404)


@pages.get("/review/<token>")
def show(token: str) -> Response:
    """Return what of an order can be reviewed; where that is one thing, its form."""
    opened = _open(token)
    if opened is None:
        return _nothing()
    if not opened.things:
        return look.notice(
            404,
            sentence("Nothing to review yet"),
            sentence("It can be reviewed as soon as it has arrived."),
            brands.of(opened.shop),
            opened.shop,
        )
    if len(opened.things) == 1:
        return _of_thing(opened, opened.things[0])
    return review_page.listed(opened.desk, opened.things, opened.written)


@pages.get(LINE)
def ask(token: str, line_id: int) -> Response:
    """Return the form of one thing, or what was written of it."""
    opened = _open(token)
    return _of_thing(opened, opened.thing(line_id)) if opened else _nothing()


@pages.post(LINE)
def keep(token: str, line_id: int) -> BaseResponse:
    """Keep what was written; what is amiss is said above the form, and nothing typed is lost."""
    opened = _open(token)
    if opened is None:
        return _nothing()
    thing, typed = opened.thing(line_id), _typed()
    if not _may_try(opened.order.id):
        return _form(opened, thing, typed, wrong=MUST_WAIT, status=429)
    wrong, drawn = _check(opened, thing, typed)
    if wrong is not None:
        return _form(opened, thing, typed, wrong=wrong, status=422)
    written = Written(
        stars=typed.stars or 0,
        words=typed.words,
        author=typed.author,
        photos=drawn,
        dropped=typed.dropped,
    )
    with transaction() as session:
        kept = writing.keep(session, opened.order.id, thing, written)
    if kept is None:
        return _nothing()
    return redirect(url_for("storefront.reviews.ask", token=token, line_id=line_id, said="yes"), 303)


@pages.post(f"{LINE}/take-back")
def take_back(token: str, line_id: int) -> BaseResponse:
    """Forget what was written of one thing, here and in the store."""
    opened = _open(token)
    if opened is None:
        return _nothing()
    thing = opened.thing(line_id)
    with transaction() as session:
        writing.take_back(session, opened.order.id, thing.product_id)
    return redirect(url_for("storefront.reviews.ask", token=token, line_id=line_id, said="taken-back"), 303)


@pages.get("/review/<token>/photo/<int(max=9223372036854775807):photo_id>")
def photo(token: str, photo_id: int) -> Response:
    """Return a photo of one's own review."""
    opened = _open(token)
    if opened is None:
        return _nothing()
    with transaction() as session:
        drawn = writing.picture(session, opened.shop.id, photo_id, opened.order.id)
    return review_page.picture(drawn or abort(404))


@pages.get("/photo/<token>")
def shown(token: str) -> Response:
    """Return a photo to the merchant who judges it."""
    try:
        shop_id, photo_id = links.photo_of(token)
    except Forged:
        abort(404)
    with transaction() as session:
        drawn = writing.picture(session, shop_id, photo_id)
    return review_page.picture(drawn or abort(404))


def _open(token: str) -> Opened | None:
    """Return what a link leads to; None where it was not ours, or there is nobody (any more) to ask."""
    try:
        order_id = links.order_of(token)
    except Forged:
        return None
    with transaction() as session:
        order = session.get(Order, order_id)
        shop = session.get(Shop, order.shop_id) if order else None
        if order is None or shop is None or shop.state is not ShopState.INSTALLED:
            return None
        if order.erased_at is not None or order.deleted_at is not None:
            return None
        profile = session.get(Profile, order.profile_id) if order.profile_id else None
        place = order.ship_to or {}
        written = writing.of_order(session, order.id)
        return Opened(
            token,
            shop,
            order,
            (profile and profile.first_name) or place.get("first_name"),
            (profile and profile.last_name) or place.get("last_name"),
            things.of_order(session, order),
            written,
            writing.photos_of(session, [row.id for row in written.values()]),
        )


def _typed() -> Typed:
    given = request.form.get("stars", "")
    return Typed(
        stars=int(given) if given in {str(it) for it in range(writing.WORST, writing.BEST + 1)} else None,
        words=request.form.get("words", ""),
        author=request.form.get("author", "")[: writing.LONGEST_NAME],
        dropped=frozenset(request.form.getlist("drop", type=int)),
    )


def _check(opened: Opened, thing: Thing, typed: Typed) -> tuple[str | None, list[bytes]]:
    """Return what is wrong with what was sent, or its photos drawn anew."""
    if typed.stars is None:
        return NO_STARS, []
    if len(typed.words) > writing.LONGEST:
        return TOO_LONG, []
    sent = [file for file in request.files.getlist("photo") if file.filename]
    review = opened.written.get(thing.product_id)
    there = set(opened.photos.get(review.id, ())) if review else set()
    if len(sent) + len(there - set(typed.dropped)) > photos.MOST:
        return photos.TOO_MANY, []
    try:
        return None, [photos.drawn_anew(file.read(photos.MOST_BYTES + 1)) for file in sent]
    except Unfit as unfit:
        return unfit.sentence, []


def _of_thing(opened: Opened, thing: Thing) -> Response:
    review = opened.written.get(thing.product_id)
    if review is not None and "change" not in request.args:
        others = [it for it in opened.things if it.product_id not in opened.written]
        return review_page.said(opened.desk, thing, review, opened.photos[review.id], others)
    return _form(opened, thing, _before(opened, review))


def _before(opened: Opened, review: Review | None) -> Typed:
    """Return what the form holds before anything is typed: what was written, or the stars of the link."""
    if review is not None:
        return Typed(stars=review.stars, words=review.words or "", author=review.author or "")
    initial = f" {opened.last_name[0]}." if opened.first_name and opened.last_name else ""
    tapped = request.args.get("stars", 0, int)
    stars = tapped if writing.WORST <= tapped <= writing.BEST else None
    return Typed(stars=stars, author=f"{opened.first_name or ''}{initial}")


def _form(
    opened: Opened, thing: Thing, typed: Typed, *, wrong: str | None = None, status: int = 200
) -> Response:
    review = opened.written.get(thing.product_id)
    there = opened.photos.get(review.id, ()) if review else ()
    return review_page.form(opened.desk, opened.order, thing, typed, there, wrong=wrong, status=status)


def _may_try(order_id: int) -> bool:
    visitor = limits.allows("review", request.remote_addr or "", times=TRIES, seconds=WINDOW)
    return visitor and limits.allows("review-order", str(order_id), times=TRIES, seconds=WINDOW)


def _nothing() -> Response:
    return look.notice(
        404,
        sentence("This link leads nowhere"),
        sentence("Please open the link in your mail again, or look your order up."),
    )
