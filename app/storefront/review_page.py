"""How the pages of reviews look: the list, the form, and what was written."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from flask import Response, request, url_for

from app.commerce.models import Order
from app.lib import clock
from app.lib.words import Words, sentence
from app.reviews import photos, writing
from app.reviews.models import HiddenBecause, Review, ReviewState
from app.reviews.things import Thing
from app.shops import brand as brands
from app.shops.models import Shop
from app.storefront import look
from app.tracking.page.links import token_of
from app.vocabulary import CaseKind, PlatformKey

REASONS = {
    HiddenBecause.INSULTS: sentence("It insults or threatens somebody."),
    HiddenBecause.PERSONAL: sentence("It names somebody, or tells what is private."),
    HiddenBecause.OFF_TOPIC: sentence("It is not about the product."),
    HiddenBecause.ADVERTISING: sentence("It advertises something."),
    HiddenBecause.UNLAWFUL: sentence("It says or shows what the law does not allow."),
}
APPEARS = {
    PlatformKey.WOOCOMMERCE: sentence("It appears on the product’s page within a day."),
    PlatformKey.SHOPIFY: sentence("It counts in the product’s rating within a day."),
}
HAS_APPEARED = {
    PlatformKey.WOOCOMMERCE: sentence("Others can see it."),
    PlatformKey.SHOPIFY: sentence("It counts in the product’s rating."),
}
"""Where the words have a place in the store, and where only the stars do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Typed:
    """What a form holds."""

    stars: int | None = None
    words: str = ""
    author: str = ""
    dropped: Collection[int] = ()
    """Photos that are to be taken away."""


class Desk(NamedTuple):
    """Whose page it is, behind which link, and in which language."""

    token: str
    shop: Shop
    words: Words


def listed(desk: Desk, things: Sequence[Thing], written: Mapping[str, Review]) -> Response:
    """Return everything of an order that can be reviewed."""
    return _page(desk, "reviews", things=things, written=written)


def form(  # noqa: PLR0913 - what stands on the page
    desk: Desk,
    order: Order,
    thing: Thing,
    typed: Typed,
    there: Sequence[int],
    *,
    wrong: str | None,
    status: int,
) -> Response:
    """Return the form of one thing; `there`: the photos that its review has."""
    return _page(
        desk,
        "review",
        status=status,
        thing=thing,
        typed=typed,
        there=there,
        room=photos.MOST - len(there),
        wrong=wrong,
        longest=writing.LONGEST,
        longest_name=writing.LONGEST_NAME,
        is_taken_back=request.args.get("said") == "taken-back",
        problem_url=url_for("storefront.cases.ask", token=token_of(order.id), kind=CaseKind.PROBLEM),
    )


def said(desk: Desk, thing: Thing, review: Review, there: Sequence[int], others: Sequence[Thing]) -> Response:
    """Return what was written of one thing, and what becomes of it."""
    return _page(
        desk,
        "review_said",
        thing=thing,
        review=review,
        there=there,
        others=others,
        becomes=_becomes(desk, review),
        may_change=writing.may_change(review, clock.now()),
    )


def picture(drawn: bytes) -> Response:
    """Return a photo as we drew it."""
    headers = {
        "Cache-Control": "private, max-age=86400",
        "Content-Security-Policy": "default-src 'none'",
        "X-Content-Type-Options": "nosniff",
        "X-Robots-Tag": "noindex",
    }
    return Response(drawn, content_type="image/jpeg", headers=headers)


def _page(desk: Desk, template: str, *, status: int = 200, **values: Any) -> Response:  # noqa: ANN401 - what a template may hold
    token, shop, words = desk
    return look.page(template, brands.of(shop), words, status=status, shop=shop.domain, token=token, **values)


def _becomes(desk: Desk, review: Review) -> str:
    words, say = desk.words, desk.words.say
    if review.state is ReviewState.HIDDEN:
        because = REASONS.get(review.hidden_because) if review.hidden_because else None
        return words.after_another(say("The shop does not show it."), say(because) if because else None)
    if review.state is ReviewState.PUBLISHED:
        return say(HAS_APPEARED[desk.shop.platform])
    later = say("You can change it for 30 days, and take it back at any time.")
    return words.after_another(say(APPEARS[desk.shop.platform]), later)
