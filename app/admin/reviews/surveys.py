"""What shoppers answer: whether they would recommend the shop, and why they stay away."""

from collections.abc import Sequence
from typing import NamedTuple

from flask import Blueprint
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.admin import paging, shell
from app.admin.doors.session import for_shop, saw
from app.admin.saying import say
from app.admin.tables import Said
from app.commerce.models import Order
from app.flows import switches
from app.lib.words import merchant_sentence, sentence
from app.shops.models import Shop
from app.surveys import answering, reasons
from app.surveys.answering import Score
from app.surveys.models import SurveyAnswer, Why

blueprint = Blueprint("surveys", __name__)

WHY = Said(
    {
        Why.NO_NEED: sentence("I did not need anything."),
        Why.PRICE: sentence("It costs too much."),
        Why.PRODUCT: sentence("What I bought was not for me."),
        Why.DELIVERY: sentence("The delivery took too long."),
        Why.ELSEWHERE: sentence("I buy it elsewhere."),
        Why.TROUBLE: sentence("Something went wrong."),
    }
)
"""What shoppers chose, for who reads it."""


class Line(NamedTuple):
    """One answer, and the order that it is about."""

    answer: SurveyAnswer
    order: Order | None


@blueprint.get("/answers")
@for_shop
def index(session: Session, shop: Shop) -> str:
    """Show the score, and the answers, newest first."""
    wanted = select(SurveyAnswer.id).where(SurveyAnswer.shop_id == shop.id)
    page = paging.newest_first(session, wanted, SurveyAnswer.id)
    lines = _lines(session, [row[0] for row in page.rows])
    if lines:
        saw(
            session,
            merchant_sentence("answers %(numbers)s", numbers=",".join(str(line.answer.id) for line in lines)),
        )
    score = answering.score(session, shop.id)
    return shell.page(
        session,
        shop,
        "reviews/surveys.html",
        "reviews",
        score=score,
        means=means(score),
        enough=answering.ENOUGH,
        page=page,
        lines=lines,
        why=reasons.counted(session, shop.id),
        reasons=WHY,
        on=switches.switched_on(session, shop.id),
    )


def means(score: Score) -> str:
    """Say what a score means; nothing where too few answered."""
    if score.net is None:
        return ""
    least, most = score.range
    if least > 0:
        return say("More would recommend you than not.")
    if most < 0:
        return say("More would not recommend you than would.")
    return say("As many may recommend you as not: more answers will tell.")


def _lines(session: Session, ids: Sequence[int]) -> list[Line]:
    rows = session.execute(
        select(SurveyAnswer, Order)
        .outerjoin(Order, Order.id == SurveyAnswer.order_id)
        .where(SurveyAnswer.id.in_(ids))
        .order_by(SurveyAnswer.id.desc())
    )
    return [Line(answer, order) for answer, order in rows]
