"""How often a carrier may be asked with one merchant's keys: a bucket for each of its limits.

What is spent is a row, not a key in Redis: a Redis that is emptied would forget it, and the merchant's own
quota would be overrun. A bucket is one moment, so it costs the same whatever its size: the one from which on
it would be full again. A tenth of a limit may be asked at once, the rest evenly; together they never exceed
it in any window, wherever the carrier's own windows begin.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from app.carriers.base import Limit

AT_ONCE = 10
"""One over the share of a limit that may be asked at once."""


@dataclass(frozen=True, slots=True)
class Turn:
    """Whether it may be asked now."""

    spent: dict[str, Any]
    """What is used up, this question included where it is allowed."""
    wait_until: datetime | None
    """When it may be asked again; None: now."""


def take(spent: Mapping[str, Any], limits: Sequence[Limit], now: datetime) -> Turn:
    """Take one question out of every bucket, or none where one of them is empty."""
    taken, waits = {}, []
    for limit in limits:
        name, step, burst = _name(limit), _step(limit), _burst(limit)
        full_at = max(_moment(spent.get(name), now), now)
        taken[name] = (full_at + step).isoformat()
        may_at = full_at - step * (burst - 1)
        if may_at > now:
            waits.append(may_at)
    return Turn(dict(spent), max(waits)) if waits else Turn(taken, None)


def _burst(limit: Limit) -> int:
    return max(1, limit.requests // AT_ONCE)


def _step(limit: Limit) -> timedelta:
    # rounded up: at the edge of a window a microsecond too early would be one too many
    return limit.per / (limit.requests - _burst(limit) + 1) + timedelta(microseconds=1)


def _name(limit: Limit) -> str:
    return f"{limit.requests}/{limit.per.total_seconds():g}"


def _moment(written: object, now: datetime) -> datetime:
    return datetime.fromisoformat(written).astimezone(UTC) if isinstance(written, str) else now
