"""The table of answers."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from app.lib.db import Base, OfShop, key, word
from app.vocabulary import Trigger


class Why(StrEnum):
    """Why somebody has not bought for long."""

    NO_NEED = "no_need"
    PRICE = "price"
    PRODUCT = "product"
    DELIVERY = "delivery"
    ELSEWHERE = "elsewhere"
    TROUBLE = "trouble"


class SurveyAnswer(OfShop, Base):
    """What one shopper answered to one message; the last word counts."""

    __tablename__ = "survey_answer"

    id: Mapped[key]
    message_id: Mapped[int] = mapped_column(ForeignKey("message.id", ondelete="CASCADE"), unique=True)
    trigger: Mapped[Trigger] = word(Trigger)
    """What was asked: that of its message."""
    profile_id: Mapped[int | None] = mapped_column(ForeignKey("profile.id", ondelete="CASCADE"), index=True)
    order_id: Mapped[int | None] = mapped_column(ForeignKey("order.id", ondelete="CASCADE"), index=True)
    score: Mapped[int | None]
    """Whether they would recommend the shop: from 0, not at all, to 10."""
    why: Mapped[Why | None] = word(Why)
    words: Mapped[str | None]
    """None: nothing was written, or the shopper's data was erased."""
    said_at: Mapped[datetime]

    __table_args__ = (Index("ix_survey_answer_recent", "shop_id", "trigger", "said_at"),)
