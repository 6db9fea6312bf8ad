"""Keeping what shoppers answer; what their answers come to."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta
from math import sqrt

from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import distinct_on, insert
from sqlalchemy.orm import Session

from app.lib import clock
from app.lib.db import among
from app.messages.models import Message
from app.surveys.models import SurveyAnswer, Why
from app.vocabulary import Trigger

LEAST, MOST = 0, 10
DETRACTS, PROMOTES = 6, 9
"""At most this is a no, at least that a yes, to whether they would recommend the shop."""
LONGEST = 2000
"""Characters of what is written."""
COUNTED = timedelta(days=90)
ENOUGH = 10
"""Fewer answers say nothing."""
ADDED = 3
"""Answers that are added for the margin, a quarter of them yes and a quarter no: it holds for few, too."""
Z = 1.96
"""Of 95 %."""


@dataclass(frozen=True, slots=True)
class Score:
    """The net promoter score of the last 90 days: each shopper's last answer counts."""

    count: int = 0
    promoters: int = 0
    detractors: int = 0

    @property
    def net(self) -> int | None:
        """Promoters less detractors, of a hundred; None where too few answered."""
        if self.count < ENOUGH:
            return None
        return round(100 * (self.promoters - self.detractors) / self.count)

    @property
    def range(self) -> tuple[int, int]:
        """Between what it truly is with 95 % confidence (adjusted Wald: Rocks, 2016)."""
        count = self.count + ADDED
        yes, no = (self.promoters + ADDED / 4) / count, (self.detractors + ADDED / 4) / count
        margin = Z * sqrt((yes + no - (yes - no) ** 2) / count)
        return round(100 * max(-1.0, yes - no - margin)), round(100 * min(1.0, yes - no + margin))


def keep(
    session: Session,
    message_id: int,
    *,
    score: int | None = None,
    why: Why | None = None,
    words: str | None = None,
) -> bool:
    """Keep an answer to what a message asks: a score from 0 to 10, or else a reason, words or both.

    What is None stays as it was said before; empty words beside a score take the old ones back. False where
    its shopper was erased, or it answers nothing.
    """
    message = session.get(Message, message_id, with_for_update=True, populate_existing=True)
    if message is None or message.to is None:
        return False
    said: dict[str, object] = {"said_at": clock.now()}
    written = words.strip()[:LONGEST] if words is not None else ""
    if message.trigger is Trigger.CHECK_IN:
        if score is None or not LEAST <= score <= MOST:
            return False
        said |= {"score": score} | ({"words": written or None} if words is not None else {})
    else:
        if why is None and not written:
            return False
        said |= ({"why": why} if why else {}) | ({"words": written} if written else {})
    row = {
        "shop_id": message.shop_id,
        "message_id": message.id,
        "trigger": message.trigger,
        "profile_id": message.profile_id,
        "order_id": message.order_id,
        **said,
    }
    put = insert(SurveyAnswer).values(row)
    session.execute(put.on_conflict_do_update(index_elements=["message_id"], set_=said))
    return True


def of_message(session: Session, message_id: int) -> SurveyAnswer | None:
    """Return what was answered to a message."""
    mine = select(SurveyAnswer).filter_by(message_id=message_id)
    return session.scalar(mine.execution_options(populate_existing=True))


def score(session: Session, shop_id: int) -> Score:
    """Return whether a shop's shoppers would recommend it."""
    who = func.coalesce(SurveyAnswer.profile_id, -SurveyAnswer.message_id)
    lately = select(SurveyAnswer.score).where(
        SurveyAnswer.shop_id == shop_id,
        SurveyAnswer.trigger == Trigger.CHECK_IN,
        SurveyAnswer.score.is_not(None),
        SurveyAnswer.said_at >= clock.now() - COUNTED,
    )
    last = lately.ext(distinct_on(who)).order_by(who, SurveyAnswer.said_at.desc()).subquery()
    counted = select(
        func.count(),
        func.count().filter(last.c.score >= PROMOTES),
        func.count().filter(last.c.score <= DETRACTS),
    )
    return Score(*session.execute(counted).one())


def forget(session: Session, message_ids: Collection[int]) -> None:
    """Empty what was written in answer to these messages; figures stay."""
    theirs = update(SurveyAnswer).where(among(SurveyAnswer.message_id, message_ids))
    session.execute(theirs.values(words=None))
