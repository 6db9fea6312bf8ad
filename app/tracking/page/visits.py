"""How often an order's page was looked at: counted by the day, and of who it was nothing is kept."""

from collections.abc import Iterable
from datetime import date, datetime

from sqlalchemy import Date, ForeignKey, Index, PrimaryKeyConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.lib.db import Base, OfShop
from app.lib.statements import Statement

KEEP = Statement(
    "keep_page_visits",
    """
    INSERT INTO page_visit (shop_id, order_id, day, visits, last_at)
    SELECT shop_id, id, ($2::timestamptz AT TIME ZONE 'UTC')::date, 1, $2::timestamptz
    FROM "order" WHERE id = ANY ($1::bigint[]) ORDER BY id
    ON CONFLICT (order_id, day) DO UPDATE SET visits = page_visit.visits + 1, last_at = excluded.last_at
    WHERE page_visit.last_at < excluded.last_at - interval '30 minutes'
    """,
)


class PageVisit(OfShop, Base):
    """How often one order's page was looked at on one day; whoever looks again within 30 minutes still is."""

    __tablename__ = "page_visit"

    order_id: Mapped[int] = mapped_column(ForeignKey("order.id", ondelete="CASCADE"))
    day: Mapped[date] = mapped_column(Date)
    """In UTC."""
    visits: Mapped[int]
    last_at: Mapped[datetime]
    """When the last of them began."""

    __table_args__ = (
        PrimaryKeyConstraint("order_id", "day"),
        Index("ix_page_visit_day", "shop_id", "day", postgresql_include=["visits"]),
    )


def keep(order_ids: Iterable[int], now: datetime) -> None:
    """Count that these orders' pages are being looked at. Raises psycopg.Error."""
    KEEP.first("{" + ",".join(map(str, order_ids)) + "}", now)
