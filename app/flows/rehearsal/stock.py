"""Who waited for what, and what there was of it, as of a moment of a past that is gone through once more.

A thing is back, or sold out, from when the shop was told so; who asked stands in the line from when their
asking counted. They are told anew: who was told then is not told yet. What was purged is not there.
"""

# ruff: noqa: S608 - statements are made of names of ours

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from app.flows import restocks
from app.flows.rehearsal.views import NOW
from app.lib import clock
from app.lib.db import Base
from app.shops.models import Errand

COLUMNS = [column.name for column in Base.metadata.tables["waiting"].columns]
NAMED = ", ".join(f'"{name}"' for name in COLUMNS)

NEVER = "CAST(NULL AS timestamptz)"


def begin(schema: str, shop_id: int) -> Iterator[str]:
    """Lay out what comes to be so later; what had been so before is so at once."""
    yield f"CREATE TEMPORARY TABLE waiting_then AS SELECT * FROM {schema}.waiting WHERE shop_id = {shop_id}"
    yield "CREATE TEMPORARY TABLE left_then AS SELECT id, left_at FROM waiting_then WHERE left_at IS NOT NULL"
    yield """
        CREATE TEMPORARY TABLE shelf_then AS
        SELECT about AS variant_id, kind = 'back_in_stock' AS is_there, quantity, moment, seq FROM heard
        WHERE kind IN ('back_in_stock', 'variant_sold_out')
    """
    yield f"""
        UPDATE shelf SET is_there = NOT first.is_there, quantity = NULL,
            short_since = CASE WHEN first.is_there THEN {NOW} END
        FROM (SELECT DISTINCT ON (variant_id) * FROM shelf_then ORDER BY variant_id, moment, seq) AS first
        WHERE shelf.variant_id = first.variant_id
    """
    yield from _by_now(told_before=f"CASE WHEN told_at <= {NOW} THEN told_at END")


def changes(session: Session) -> list[datetime]:
    """Return the moments at which any of it changes, the last first."""
    return [*session.scalars(text(CHANGES))]


CHANGES = """
    SELECT DISTINCT at FROM (
        SELECT counts_since FROM waiting_then
        UNION SELECT left_at FROM left_then
        UNION SELECT moment FROM shelf_then
    ) AS all_of_it (at) WHERE at IS NOT NULL ORDER BY at DESC
"""


def let_change(session: Session, moments: list[datetime], now: datetime) -> None:
    """Let be so what is so by now; `moments` are those that are still to come."""
    if moments and moments[-1] <= now:
        for statement in _by_now():
            session.connection().exec_driver_sql(statement)
    while moments and moments[-1] <= now:
        moments.pop()


def _by_now(told_before: str = NEVER) -> Iterator[str]:
    shown = {"told_at": told_before, "left_at": NEVER}
    seen = ", ".join(shown.get(name, f'"{name}"') for name in COLUMNS)
    yield f"""
        WITH come AS (DELETE FROM waiting_then WHERE counts_since <= {NOW} RETURNING *)
        INSERT INTO waiting ({NAMED}) SELECT {seen} FROM come ON CONFLICT DO NOTHING
    """
    yield f"""
        WITH gone AS (DELETE FROM left_then WHERE left_at <= {NOW} RETURNING *)
        UPDATE waiting SET left_at = gone.left_at FROM gone
        WHERE waiting.id = gone.id AND waiting.left_at IS NULL
    """
    yield f"""
        WITH come AS (DELETE FROM shelf_then WHERE moment <= {NOW} RETURNING *),
        last AS (SELECT DISTINCT ON (variant_id) * FROM come ORDER BY variant_id, moment DESC, seq DESC)
        UPDATE shelf SET is_there = last.is_there, quantity = last.quantity,
            short_since = CASE WHEN NOT last.is_there THEN last.moment END
        FROM last WHERE shelf.variant_id = last.variant_id
    """


def call(session: Session) -> None:
    """Call those who wait next where their turn has come, as the errand would."""
    due = select(Errand).filter_by(kind=restocks.CALL).where(Errand.due_at <= clock.now()).order_by(Errand.id)
    while (errand := session.scalars(due.limit(1)).first()) is not None:
        shop_id, subject = errand.shop_id, errand.subject
        session.delete(errand)
        session.flush()  # one that asks for itself again finds no trace of it
        restocks.call_next(session, shop_id, subject)
