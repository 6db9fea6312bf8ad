"""Parcels as they are told of, and a Sunday on which they are."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from app.lib.days import Calendar
from app.tracking.story.parcel import Parcel
from app.vocabulary import ShipmentStatus as S

NOW = datetime(2026, 11, 15, 20, tzinfo=UTC)
"""A Sunday, 1 pm in Denver."""
DENVER = Calendar(NOW, ZoneInfo("America/Denver"), "en_US")


def parcel(  # the parts of one parcel
    status: S,
    *,
    hours: float = -2,
    sent: float = -2,
    detail: str = "",
    expected: int | None = None,
    carrier: str = "UPS",
) -> Parcel:
    return Parcel(
        status=status,
        detail=detail,
        status_at=None if status is S.PENDING else NOW + timedelta(hours=hours),
        shipped_at=NOW + timedelta(hours=sent),
        expected_at=None if expected is None else NOW + timedelta(days=expected),
        carrier=carrier.upper(),
    )
