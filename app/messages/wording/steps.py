"""What undo goes back to: a draft as it was after each change, of a shop and message; the last fifty."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import UniqueConstraint, delete, func, select
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, Session, mapped_column

from app.lib import clock
from app.lib.db import Base, OfShop, key, word
from app.messages.wording.versions import Template
from app.vocabulary import Trigger

KEPT = 50
TOGETHER = timedelta(seconds=60)
"""Changes of one thing in quick succession, as somebody types, are undone at once."""


class TemplateStep(OfShop, Base):
    """A draft after one change."""

    __tablename__ = "template_step"

    id: Mapped[key]
    trigger: Mapped[Trigger] = word(Trigger)
    number: Mapped[int]
    """From 1, since the last version was published; `Template.step` says which one the draft is."""
    what: Mapped[str]
    """What was changed, so that several changes of it are one step: "edit heading"."""
    document: Mapped[dict[str, Any]] = mapped_column(JSONB)
    at: Mapped[datetime]

    __table_args__ = (UniqueConstraint("shop_id", "trigger", "number"),)


def take(session: Session, row: Template, data: dict[str, Any], what: str) -> None:
    """Make this the draft; what had been undone before is gone. `what`: "" is never one with others."""
    now = clock.now()
    mine = _of(row)
    session.execute(delete(TemplateStep).where(*mine, TemplateStep.number > row.step))
    last = session.scalar(select(TemplateStep).where(*mine, TemplateStep.number == row.step))
    if last is not None and what and last.what == what and now - last.at < TOGETHER:
        last.document, last.at = data, now
    else:
        row.step += 1
        session.add(
            TemplateStep(
                shop_id=row.shop_id,
                trigger=row.trigger,
                number=row.step,
                what=what,
                document=data,
                at=now,
            )
        )
        session.execute(delete(TemplateStep).where(*mine, TemplateStep.number <= row.step - KEPT))
    row.draft, row.drafted_at = data, now


def go(session: Session, row: Template, number: int) -> bool:
    """Make the draft what it was after a change, 0: no draft; False where that is no longer known."""
    if number == 0:
        row.step, row.draft, row.drafted_at = 0, None, None
        return True
    step = session.scalar(select(TemplateStep).where(*_of(row), TemplateStep.number == number))
    if step is None:
        return False
    row.step, row.draft, row.drafted_at = number, step.document, clock.now()
    return True


def ends(session: Session, row: Template) -> tuple[int, int]:
    """Return how far back and forth a draft can go, as numbers of steps."""
    numbers = select(func.min(TemplateStep.number), func.max(TemplateStep.number)).where(*_of(row))
    first, last = session.execute(numbers).one()
    return (0 if first in (None, 1) else first), last or 0


def forget(session: Session, row: Template) -> None:
    """Keep nothing that the draft could go back to."""
    session.execute(delete(TemplateStep).where(*_of(row)))
    row.step = 0


def _of(row: Template) -> tuple[Any, Any]:
    return TemplateStep.shop_id == row.shop_id, TemplateStep.trigger == row.trigger
