"""Drawn pages: found by one read that tells whether every stamp is still right, kept, and forgotten.

Rows are the truth; a drawn page is a copy of what they say, so losing one costs a drawing and nothing else.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete
from sqlalchemy.orm import Session

from app.lib.statements import Statement
from app.tracking.models import DrawnPage

FIND = Statement(
    "find_drawn_page",
    """
    SELECT page.tag, page.body, page.shop_id::text
    FROM drawn_page page
    JOIN "order" ON "order".id = page.order_id AND "order".revision = page.order_revision
    JOIN shop ON shop.id = page.shop_id AND shop.revision = page.shop_revision
    WHERE page.order_id = $1 AND page.variant = $2 AND page.press = $3 AND page.holds_until > $4
    """,
)
KEEP = Statement(
    "keep_drawn_page",
    """
    INSERT INTO drawn_page
        (order_id, variant, shop_id, press, order_revision, shop_revision, holds_until, tag, body)
    SELECT id, $3, shop_id, $4, revision, $5, $6, $7, $8
    FROM "order" WHERE id = $1 AND revision = $2 FOR SHARE SKIP LOCKED
    ON CONFLICT (order_id, variant) DO UPDATE SET
        press = excluded.press,
        order_revision = excluded.order_revision, shop_revision = excluded.shop_revision,
        holds_until = excluded.holds_until, tag = excluded.tag, body = excluded.body
    """,
)
KEPT_STALE = timedelta(days=1)
"""A page that stopped holding so long ago is not looked at."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stamp:
    """What a page was drawn from; read before the rows, so that a change in between makes it stale."""

    order_id: int
    order_revision: int
    shop_revision: int
    press: str


def find(order_id: int, variant: str, *, press: str, now: datetime) -> tuple[str, bytes, int] | None:
    """Return the tag, the gzipped bytes and the shop of a page that is still right, by one statement."""
    row = FIND.first(order_id, variant, press, now)
    if row is None:
        return None
    tag, body, shop_id = (value or b"" for value in row)
    return tag.decode(), body, int(shop_id)


def keep(stamp: Stamp, variant: str, *, holds_until: datetime, tag: str, body: bytes) -> None:
    """Keep a drawn page, unless its order is being changed or has been since: then nobody may find it."""
    KEEP.first(
        stamp.order_id,
        stamp.order_revision,
        variant,
        stamp.press,
        stamp.shop_revision,
        holds_until,
        tag,
        body,
    )


def forget(session: Session, order_id: int) -> None:
    """Remove every page of an order whose shopper is erased; the order's row is changed before."""
    session.execute(delete(DrawnPage).where(DrawnPage.order_id == order_id))


def purge(session: Session, *, now: datetime) -> int:
    """Remove the pages that nobody has looked at since they stopped holding."""
    old = delete(DrawnPage).where(DrawnPage.holds_until < now - KEPT_STALE)
    return session.execute(old).rowcount  # type: ignore[attr-defined,no-any-return]
