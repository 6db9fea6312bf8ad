"""When to ask again where a parcel is: by its status, and by day at its destination."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from functools import cache
from pathlib import Path
from random import uniform
from types import MappingProxyType

from app.carriers import directory
from app.vocabulary import ShipmentStatus as S

FILE: Path = directory.DATA / "taxonomy.json"
CONFIRM_AFTER = timedelta(hours=24)
"""A delivery is asked about once more: carriers correct themselves."""
GIVE_UP_AFTER = timedelta(days=30)
"""Without a change; the merchant is told of it as an exception."""
DAY_BEGINS, DAY_ENDS = 7, 21
"""Hours of the destination between which vans are out."""
JITTER = 0.1
RETURNED = "returned"


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Where a parcel stands, as far as asking is concerned."""

    status: S
    detail: str | None
    since: datetime
    """When anything last changed: its latest scan, or when it was sent."""
    zone: tzinfo
    """Its destination's clock."""


def next_look(parcel: Standing, now: datetime) -> datetime | None:
    """Return when to ask again about a parcel that was asked about just now; None: never."""
    if parcel.status is S.DELIVERED:
        confirm_at = parcel.since + CONFIRM_AFTER
        return confirm_at if confirm_at > now else None
    every = _every().get(parcel.status)
    is_over = parcel.status is S.RETURN_TO_SENDER and parcel.detail == RETURNED
    if every is None or is_over or now - parcel.since > GIVE_UP_AFTER:
        return None
    at = now + every * uniform(1 - JITTER, 1 + JITTER)
    return _by_day(at, parcel.zone) if parcel.status is S.OUT_FOR_DELIVERY else at


def _by_day(at: datetime, zone: tzinfo) -> datetime:
    """Return the moment, or the next morning where it is night."""
    local = at.astimezone(zone)
    if DAY_BEGINS <= local.hour < DAY_ENDS:
        return at
    morning = local.replace(hour=DAY_BEGINS, minute=0) + timedelta(days=local.hour >= DAY_ENDS)
    return morning.astimezone(at.tzinfo) + timedelta(minutes=uniform(0, 30))


@cache
def _every() -> Mapping[S, timedelta]:
    statuses = json.loads(FILE.read_text())["statuses"]
    told = {S(one["id"]): one["poll_minutes"] for one in statuses}
    return MappingProxyType({status: timedelta(minutes=every) for status, every in told.items() if every})
