"""What a store is told of reviews: WooCommerce each one, Shopify what a product's stars come to.

Each change that others see is one call. What a store holds that did not come from us is never overwritten.
"""

from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.commerce.models import Order
from app.lib.reading import Json
from app.reviews import choice
from app.reviews.models import Review, ReviewState
from app.shops import calls
from app.shops.models import Shop
from app.vocabulary import CallReason, PlatformKey

REVIEW, RATING, REMOVED = "woocommerce.review", "shopify.rating", "woocommerce.review_removed"
SCOPE = "write_products"
"""What writing a product's rating takes on Shopify."""


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """A review as a store on WooCommerce is to hold it."""

    review_id: int
    product: str
    external_id: str | None
    """What the store calls it; None: it is not known to be there."""
    words: str
    author: str
    email: str
    stars: int
    is_shown: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Rating:
    """What the stars of a product come to, as a store on Shopify is to hold it."""

    product: str
    count: int
    mean: float
    told: frozenset[str]
    """All that it was ever told of this product by us."""

    @property
    def mark(self) -> str:
        """What shows that this is what a store holds."""
        return mark(self.mean, self.count)


def mark(mean: float, count: int) -> str:
    """Return a rating as it is written down: "4.50 of 2"."""
    return f"{mean:.2f} of {count}"


def ask(session: Session, review: Review) -> None:
    """Have the store told of a change to a review, once."""
    shop = session.get_one(Shop, review.shop_id)
    payload = {"review_id": review.id, "revision": review.revision, "product": review.product_external_id}
    key, kind = f"review:{review.id}:{review.revision}", _kind(shop)
    calls.ask(session, shop.id, kind, key, payload, order_id=review.order_id)


def ask_removed(session: Session, review: Review) -> None:
    """Have a store forget a review; nothing of what is asked says whose it was."""
    shop = session.get_one(Shop, review.shop_id)
    if shop.platform is PlatformKey.SHOPIFY:
        payload: Json = {"product": review.product_external_id}
        calls.ask(session, shop.id, RATING, f"review:{review.id}:removed", payload)
    elif review.external_id is not None:
        gone = {"external_id": review.external_id}
        calls.ask(session, shop.id, REMOVED, f"review:{review.id}:removed", gone)


def review_to_tell(session: Session, shop_id: int, payload: Json) -> News | CallReason:
    """Return what to write into a store on WooCommerce, or why nothing."""
    shop, review = session.get_one(Shop, shop_id), session.get(Review, payload["review_id"])
    if review is None or review.revision != payload["revision"]:
        return CallReason.SUPERSEDED
    order = session.get_one(Order, review.order_id)
    if order.erased_at is not None or order.email is None:
        return CallReason.ERASED
    if not choice.of(shop).is_form:
        return CallReason.SWITCHED_OFF
    is_shown = review.state is ReviewState.PUBLISHED
    if not is_shown and review.external_id is None:
        return CallReason.SUPERSEDED
    if review.words is None and review.external_id is None:  # WooCommerce takes no stars without words
        return CallReason.USELESS
    return News(
        review_id=review.id,
        product=review.product_external_id,
        external_id=review.external_id,
        words=review.words or "",
        author=review.author or order.name or "",
        email=order.email,
        stars=review.stars,
        is_shown=is_shown and review.words is not None,
    )


def keep_external_id(session: Session, news: News, external_id: str) -> bool:
    """Note what a store calls a review; False where it was taken back, or its shopper erased, meanwhile."""
    review = session.get(Review, news.review_id, with_for_update=True)
    if review is None or session.get_one(Order, review.order_id).erased_at is not None:
        return False
    review.external_id = external_id
    return True


def rating_to_tell(session: Session, shop_id: int, payload: Json) -> Rating | CallReason:
    """Return what a product's stars come to now, or why a store on Shopify is told nothing."""
    shop = session.get_one(Shop, shop_id)
    if not choice.of(shop).is_form or SCOPE not in shop.scopes.split():
        return CallReason.SWITCHED_OFF
    of_product = {"shop_id": shop_id, "product_external_id": payload["product"]}
    shown = select(func.count(), func.avg(Review.stars)).filter_by(**of_product, state=ReviewState.PUBLISHED)
    count, mean = session.execute(shown).one()
    told = session.scalars(select(Review.told).filter_by(**of_product).where(Review.told.is_not(None)))
    return Rating(
        product=payload["product"], count=count, mean=float(mean or 0), told=frozenset(filter(None, told))
    )


def note_told(session: Session, shop_id: int, payload: Json, rating: Rating) -> None:
    """Note what a store is about to be told, before it is: so what is found there is known again."""
    mine = select(Review).filter_by(shop_id=shop_id, product_external_id=rating.product)
    if "review_id" in payload:
        mine = mine.filter_by(id=payload["review_id"])
    review = session.scalars(mine.order_by(Review.id.desc()).limit(1).with_for_update()).one_or_none()
    if review is not None:
        review.told = rating.mark


def _kind(shop: Shop) -> str:
    return RATING if shop.platform is PlatformKey.SHOPIFY else REVIEW
