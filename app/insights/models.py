"""Tables of figures that are kept."""

from decimal import Decimal

from sqlalchemy import Numeric, UniqueConstraint
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
