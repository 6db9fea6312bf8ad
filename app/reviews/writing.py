"""What a shopper writes of a product: kept, changed for thirty days, taken back whenever they like."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from app.commerce.models import Order
from app.lib import clock
from app.reviews import telling
from app.reviews.models import Review, ReviewPhoto, ReviewState
from app.reviews.things import Thing

WORST, BEST = 1, 5
LONGEST, LONGEST_NAME = 5000, 60
"""Characters of the words, and of the name to show."""
APPEARS_AFTER = timedelta(days=1)
"""How long the merchant has to read it before it appears by itself."""
CHANGEABLE = timedelta(days=30)


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """What was written into the form."""

    stars: int
    words: str
    author: str
    photos: Sequence[bytes] = ()
    """New ones, drawn by us."""
    dropped: Collection[int] = ()
    """Photos that are taken away, by their ids."""


def keep(session: Session, order_id: int, thing: Thing, written: Written) -> Review | None:
    """Keep what is written of a product; None where its shopper was erased, or it can no longer be changed.

    What is changed is read anew before others see it, as what is new is.
    """
    order, now = session.get_one(Order, order_id, with_for_update=True), clock.now()
    session.refresh(order)
    if order.erased_at is not None:
        return None
    review = find(session, order.id, thing.product_id, lock=True)
    if review is None:
        review = Review(
            shop_id=order.shop_id,
            order_id=order.id,
            product_external_id=thing.product_id,
            written_at=now,
            revision=0,
        )
        session.add(review)
    elif not may_change(review, now):
        return None
    review.title, review.stars = thing.title, written.stars
    review.words = written.words.strip()[:LONGEST] or None
    review.author = " ".join(written.author.split())[:LONGEST_NAME] or None
    review.state, review.hidden_because = ReviewState.WAITING, None
    review.changed_at, review.due_at = now, now + APPEARS_AFTER
    review.revision += 1
    session.flush()  # its photos name it
    dropped = delete(ReviewPhoto).filter_by(review_id=review.id)
    session.execute(dropped.where(ReviewPhoto.id.in_(list(written.dropped))))
    for picture in written.photos:
        photo = ReviewPhoto(shop_id=order.shop_id, review_id=review.id, order_id=order.id, picture=picture)
        session.add(photo)
    return review


def take_back(session: Session, order_id: int, product_id: str) -> None:
    """Forget what was written of a product of an order, here and in the store."""
    session.get_one(Order, order_id, with_for_update=True)
    review = find(session, order_id, product_id, lock=True)
    if review is not None:
        telling.ask_removed(session, review)
        session.delete(review)


def may_change(review: Review, now: datetime) -> bool:
    """Tell whether its shopper may still change a review; a hidden one always, so that it can be shown."""
    return review.state is ReviewState.HIDDEN or now < review.written_at + CHANGEABLE


def find(session: Session, order_id: int, product_id: str, *, lock: bool = False) -> Review | None:
    """Return what was written of a product of an order."""
    mine = select(Review).filter_by(order_id=order_id, product_external_id=product_id)
    mine = mine.with_for_update() if lock else mine
    return session.scalar(mine.execution_options(populate_existing=True))


def of_order(session: Session, order_id: int) -> Mapping[str, Review]:
    """Return what was written of an order's products, by product."""
    mine = session.scalars(select(Review).filter_by(order_id=order_id))
    return {row.product_external_id: row for row in mine}


def photos_of(session: Session, review_ids: Collection[int]) -> Mapping[int, list[int]]:
    """Return the photos of these reviews, by review, the first first; their ids alone."""
    found: dict[int, list[int]] = {review_id: [] for review_id in review_ids}
    rows = select(ReviewPhoto.review_id, ReviewPhoto.id).where(ReviewPhoto.review_id.in_(list(review_ids)))
    for review_id, photo_id in session.execute(rows.order_by(ReviewPhoto.id)):
        found[review_id].append(photo_id)
    return found


def picture(session: Session, shop_id: int, photo_id: int, order_id: int | None = None) -> bytes | None:
    """Return a photo of a shop, of one order where that is named."""
    mine = select(ReviewPhoto.picture).filter_by(id=photo_id, shop_id=shop_id)
    if order_id is not None:
        mine = mine.filter_by(order_id=order_id)
    return session.scalar(mine)


def forget(session: Session, order_id: int) -> None:
    """Empty what the reviews of an order's shopper say of them, here and in the store; the stars stay."""
    for review in session.scalars(select(Review).filter_by(order_id=order_id)):
        telling.ask_removed(session, review)
        review.words = review.author = review.reply = review.external_id = None
        if review.state is ReviewState.WAITING:
            review.state, review.due_at = ReviewState.HIDDEN, None
    session.execute(delete(ReviewPhoto).filter_by(order_id=order_id))
