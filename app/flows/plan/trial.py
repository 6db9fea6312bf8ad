"""A sample history, and what a flow is to make of it: as it stands under `tests` in the flow's file."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from app.flows.plan.conditions import Condition
from app.flows.plan.spans import Span

MONDAY_NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
UTC_ZONE = ZoneInfo("UTC")


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """What is so from a while after the beginning on."""

    after: Span
    facts: tuple[Condition, ...] = ()
    """Each says what a field is: "checkout.is_bought", "not consent.email", "order.total is 5000"."""
    moments: tuple[tuple[str, Span], ...] = ()
    """When what can be waited for will be, after the beginning."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """Somebody who comes into a flow, what becomes of their subject, and what the flow does."""

    name: str
    begins_at: datetime = MONDAY_NOON
    zone: ZoneInfo = UTC_ZONE
    """Of the shopper and of the shop."""
    news: tuple[News, ...] = ()
    """What is so when they come in, and after that."""
    done: tuple[tuple[str, Span], ...] = ()
    """Each message and action that happens, and how long after the beginning; no other does."""
    over: str | None = None
    """Why it is over in the end; None: the trial does not say."""
    line: int = field(default=0, compare=False)
