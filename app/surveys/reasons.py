"""Why shoppers stay away: in words, and how many say so."""

from collections.abc import Mapping

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.lib.words import sentence
from app.surveys.models import SurveyAnswer, Why

IN_WORDS: Mapping[Why, str] = {
    Why.NO_NEED: sentence("I did not need anything."),
    Why.PRICE: sentence("It costs too much."),
    Why.PRODUCT: sentence("What I bought was not for me."),
    Why.DELIVERY: sentence("The delivery took too long."),
    Why.ELSEWHERE: sentence("I buy it elsewhere."),
    Why.TROUBLE: sentence("Something went wrong."),
}
"""What can be chosen, in this order."""


def counted(session: Session, shop_id: int) -> Mapping[Why, int]:
    """Return how many gave each reason, ever, the most frequent first."""
    many = func.count()
    given = select(SurveyAnswer.why, many).where(
        SurveyAnswer.shop_id == shop_id, SurveyAnswer.why.is_not(None)
    )
    rows = session.execute(given.group_by(SurveyAnswer.why).order_by(many.desc(), SurveyAnswer.why))
    return {why: count for why, count in rows if why is not None}
