"""What the merchant does with reviews: nothing here knows how many stars one gives.

A review appears a day after it was written, whoever likes it; hiding it takes a reason from a list, which its
shopper is told, and which has to do with its text or its photos alone.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.lib import clock
from app.reviews import telling
from app.reviews.models import HiddenBecause, Review, ReviewState

BATCH = 50
LONGEST = 2000
"""Characters of an answer."""


@dataclass(frozen=True, slots=True)
class Share:
    """How many reviews are shown or hidden, and what stars they give on average: for all to see."""

    count: int
    mean: float
    """0 where there is none."""


def publish(session: Session, review: Review) -> None:
    """Let others see a review; doing it twice is doing it once."""
    if review.state is not ReviewState.PUBLISHED:
        review.state, review.hidden_because, review.due_at = ReviewState.PUBLISHED, None, None
        _tell(session, review)


def hide(session: Session, review: Review, because: HiddenBecause) -> None:
    """Let others not see a review, for a reason that its shopper is told."""
    review.hidden_because = because
    if review.state is not ReviewState.HIDDEN:
        review.state, review.due_at = ReviewState.HIDDEN, None
        _tell(session, review)


def publish_due(session: Session) -> int:
    """Let appear what nobody has judged in time, some at once; returns how many."""
    due = select(Review).where(Review.due_at <= clock.now()).order_by(Review.due_at).limit(BATCH)
    found = session.scalars(due.with_for_update(skip_locked=True)).all()
    for review in found:
        publish(session, review)
    return len(found)


def reply(review: Review, words: str) -> None:
    """Keep the merchant's answer; another one takes its place."""
    review.reply, review.replied_at = words.strip()[:LONGEST], clock.now()


def find(session: Session, shop_id: int, review_id: int) -> Review | None:
    """Return a review of a shop, locked."""
    mine = select(Review).filter_by(id=review_id, shop_id=shop_id).with_for_update()
    return session.scalar(mine.execution_options(populate_existing=True))


def shares(session: Session, shop_id: int) -> Mapping[ReviewState, Share]:
    """Return how a shop's reviews stand, so that whoever hides what displeases them can be seen to."""
    rows = session.execute(
        select(Review.state, func.count(), func.avg(Review.stars))
        .where(Review.shop_id == shop_id)
        .group_by(Review.state)
    )
    found = {state: Share(count, float(mean)) for state, count, mean in rows}
    return {state: found.get(state, Share(0, 0.0)) for state in ReviewState}


def _tell(session: Session, review: Review) -> None:
    review.revision += 1
    telling.ask(session, review)
