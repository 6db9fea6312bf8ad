"""Tables of figures that are kept."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Date, Index, Numeric, PrimaryKeyConstraint, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.lib.db import Base, OfShop, key


class ArmRow(OfShop, Base):
    """One side of a comparison, summed up over all shoppers whose time is over; names nobody."""

    __tablename__ = "arm"

    id: Mapped[key]
    comparison: Mapped[str]
    """As in app.flows.models.Eligibility."""
    share: Mapped[int]
    left_out: Mapped[bool]
    shoppers: Mapped[int]
    buyers: Mapped[int]
    """How many of them bought at all."""
    orders: Mapped[int]
    revenue: Mapped[int]
    squares: Mapped[Decimal] = mapped_column(Numeric)
    """The sum of what each of them spent, squared."""

    __table_args__ = (UniqueConstraint("shop_id", "comparison", "share", "left_out"),)


class DaySum(Base):
    """What one day of a shop came to as it was counted: it holds while no DayChange is of it (ADR 34).

    No foreign keys, as of a drawn page: it is a copy, and whoever makes it waits for nobody's row.
    """

    __tablename__ = "day_sum"

    shop_id: Mapped[int]
    day: Mapped[date] = mapped_column(Date)
    """On the shop's own calendar."""
    begins: Mapped[datetime]
    ends: Mapped[datetime]
    basis: Mapped[str]
    """What of the shop's row it was counted by, and how: another one counts anew."""
    orders: Mapped[int]
    visits: Mapped[int]
    arrived: Mapped[int]
    on_time: Mapped[int]
    told: Mapped[list[Any]] = mapped_column(JSONB)
    """[[flow, why its messages did not go, or None, how many], …]."""

    __table_args__ = (PrimaryKeyConstraint("shop_id", "day"),)


class DayChange(Base):
    """A day that was counted has changed since: written by the database with whatever changes it."""

    __tablename__ = "day_change"

    id: Mapped[key]
    shop_id: Mapped[int]
    day: Mapped[date] = mapped_column(Date)

    __table_args__ = (Index("ix_day_change_day", "shop_id", "day"),)
