"""A parcel, as much of it as its story needs."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Self

from app.lib.days import Calendar
from app.tracking.carriers import carrier
from app.tracking.forecast.expected import Expected
from app.tracking.models import Shipment
from app.vocabulary import ExceptionKind
from app.vocabulary import ShipmentStatus as S


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a parcel waits, as far as its carrier says."""

    name: str | None
    address: str | None
    hours: str | None
    code: str | None

    @classmethod
    def of(cls, pickup: Mapping[str, str | None] | None) -> Self | None:
        """Return the place that a shipment's row names; None where it names nothing that helps."""
        told = pickup or {}
        if not (told.get("name") or told.get("address")):
            return None
        return cls(**{name: told.get(name) for name in ("name", "address", "hours", "code")})


@dataclass(frozen=True, slots=True, kw_only=True)
class Parcel:
    """What a shipment's row says, without the database."""

    status: S
    detail: str = ""
    status_at: datetime | None = None
    shipped_at: datetime
    expected_at: datetime | None = None
    expected_until: datetime | None = None
    """The end of the window, where more than a day was named."""
    place: Place | None = None
    """Where it waits to be collected."""
    collect_until: date | None = None
    """The last day on which it can be."""
    carrier: str | None = None
    carrier_slug: str | None = None
    """Who that is in app.carriers.directory."""
    has_number: bool = True
    is_void: bool = False
    """It will never come: its fulfillment or its label was cancelled."""
    alarms: frozenset[ExceptionKind] = frozenset()
    """What we found wrong with it, and is so still."""

    @classmethod
    def of(
        cls, row: Shipment, alarms: Iterable[ExceptionKind] = (), expected: Expected | None = None
    ) -> Self:
        """Return what a shipment's row says, what is wrong with it, and the carrier's date or another's."""
        return cls(
            status=row.status,
            detail=row.detail or "",
            status_at=row.status_at,
            shipped_at=row.shipped_at,
            expected_at=expected.earliest if expected else row.expected_at,
            expected_until=expected.latest if expected else row.expected_until,
            place=Place.of(row.pickup),
            collect_until=_day((row.pickup or {}).get("until")),
            carrier=carrier.name_of(row),
            carrier_slug=known.slug if (known := carrier.known_of(row)) and not carrier.own_of(row) else None,
            has_number=row.number is not None,
            is_void=is_void(row),
            alarms=frozenset(alarms),
        )

    def expected_day(self, calendar: Calendar) -> date | None:
        """Return the day that was named; stores write a day without an hour as midnight UTC."""
        if self.expected_at is None:
            return None
        utc = self.expected_at.astimezone(UTC)
        return utc.date() if utc.time() == time() else calendar.day(utc)

    @property
    def at(self) -> datetime:
        """When the latest thing that we know of it happened."""
        return self.status_at or self.shipped_at


def is_void(row: Shipment) -> bool:
    """Tell whether nobody waits for a shipment any more, whoever called it off."""
    return row.cancelled_at is not None or row.status is S.CANCELLED


def _day(written: str | None) -> date | None:
    return date.fromisoformat(written) if written else None
