"""Tables of a shop as of a moment, in SQL: what is kept with its time is hidden until then.

What is kept without a time (a cart's contents, an address) is seen as it is today; stock, which tells when it
ran out and came back, is another matter (stock.py).
"""

# ruff: noqa: S608 - statements are made of names and numbers of ours

from collections.abc import Collection, Iterator, Mapping
from typing import NamedTuple

from app.lib.db import Base
from app.vocabulary import Trigger

NOW = "current_setting('doorstep.now')::timestamptz"
LATE = "interval '72 hours'"
"""What was told of so long after it happened (a history that was imported) is seen when it happened."""
HEARD = {
    "order_placed": "order_id",
    "order_cancelled": "order_id",
    "order_refunded": "order_id",
    "shipment_registered": "shipment_id",
    "shipment_reached": "shipment_id",
    "checkout_started": "checkout_id",
    "checkout_completed": "checkout_id",
    "back_in_stock": "variant_id",
    "variant_sold_out": "variant_id",
}
"""Events that say when something came to be known, and the row that each is about."""


class AsOf(NamedTuple):
    """How a table is seen."""

    where: str
    """Which rows there are by now; `it` is the row."""
    columns: Mapping[str, str] = {}
    """What is otherwise by now."""


def heard(schema: str, shop_id: int) -> Iterator[str]:
    """Say when the shop was told of what."""
    about = " ".join(f"WHEN '{kind}' THEN data ->> '{field}'" for kind, field in HEARD.items())
    kinds = ", ".join(f"'{kind}'" for kind in HEARD)
    yield f"""
        CREATE TEMPORARY TABLE heard AS
        SELECT id AS seq, kind, CAST(CASE kind {about} END AS bigint) AS about, happened_at,
            data ->> 'status' AS status, CAST(data ->> 'amount' AS bigint) AS amount,
            CAST(data ->> 'quantity' AS integer) AS quantity,
            {_moment("recorded_at", "happened_at")} AS moment
        FROM {schema}.event WHERE shop_id = {shop_id} AND kind IN ({kinds})
    """
    yield "CREATE INDEX ON heard (about, kind, moment)"
    yield "ANALYZE heard"


def sent(schema: str, shop_id: int, flows: Collection[Trigger]) -> Iterator[str]:
    """Say what other flows sent, and when."""
    columns = [column.name for column in Base.metadata.tables["message"].columns]
    again = ", ".join(f"'{trigger}'" for trigger in flows)
    nobody = "CAST(NULL AS bigint)"
    named = ", ".join(nobody if name == "enrollment_id" else f'"{name}"' for name in columns)
    yield f"""
        CREATE TEMPORARY TABLE sent_then ({", ".join(f'"{name}"' for name in columns)}) AS
        SELECT {named} FROM {schema}.message
        WHERE shop_id = {shop_id} AND trigger NOT IN ({again}) AND sending_at IS NOT NULL
            AND state NOT IN ('queued', 'sending')
    """
    yield "CREATE INDEX ON sent_then (sending_at)"


SENT_BY_NOW = f"""
    WITH gone AS (DELETE FROM sent_then WHERE sending_at <= {NOW} RETURNING *)
    INSERT INTO message SELECT * FROM gone
"""


def view(schema: str, name: str, shop_id: int) -> str:
    """Return the statement that hides a table behind what was so of it."""
    as_of = AS_OF[name]
    columns = ", ".join(
        f'{as_of.columns[column.name].replace("SCHEMA", schema)} AS "{column.name}"'
        if column.name in as_of.columns
        else f'it."{column.name}"'
        for column in Base.metadata.tables[name].columns
    )
    where = as_of.where.replace("SCHEMA", schema)
    return (
        f'CREATE TEMPORARY VIEW "{name}" AS SELECT {columns} FROM {schema}."{name}" AS it'
        f" WHERE it.shop_id = {shop_id} AND {where}"
    )


def _moment(told: str, happened: str) -> str:
    return f"CASE WHEN {told} - {happened} > {LATE} THEN {happened} ELSE {told} END"


def _first(kind: str, row: str = "it") -> str:
    return f"(SELECT min(moment) FROM heard WHERE about = {row}.id AND kind = '{kind}')"


def _by_now(kind: str, field: str) -> str:
    """Say that something was told of by now; where no event tells of it, that it had happened."""
    return f"coalesce({_first(kind)}, it.{field}) <= {NOW}"


def _hidden(field: str, until: str | None = None) -> str:
    return f"CASE WHEN {until or f'it.{field} <= {NOW}'} THEN it.{field} END"


_SEEN_FIRST = _moment("it.first_heard_at", "coalesce(it.placed_at, it.created_at, it.first_heard_at)")
_PLACED = _by_now("order_placed", "placed_at")
_CANCELLED = _by_now("order_cancelled", "cancelled_at")
_REFUNDS = "FROM heard WHERE about = it.id AND kind = 'order_refunded'"
_REACHED = f"FROM heard WHERE about = it.id AND kind = 'shipment_reached' AND moment <= {NOW}"
_LAST = "ORDER BY moment DESC, seq DESC LIMIT 1"
_UNTOLD = (
    "NOT EXISTS (SELECT 1 FROM heard WHERE about = it.id AND kind = 'shipment_reached')"
    f" AND it.status_at <= {NOW}"
)
_REGISTERED = "coalesce({}, {}.shipped_at)"

AS_OF: Mapping[str, AsOf] = {
    "order": AsOf(
        f"least({_first('order_placed')}, {_SEEN_FIRST}) <= {NOW}",
        {
            "placed_at": _hidden("placed_at", _PLACED),
            "cancelled_at": _hidden("cancelled_at", _CANCELLED),
            "deleted_at": _hidden("deleted_at"),
            "state": f"CASE WHEN NOT coalesce({_PLACED}, false) THEN 'open'"
            f" WHEN it.state = 'cancelled' AND NOT coalesce({_CANCELLED}, false) THEN 'placed'"
            " ELSE it.state END",
            "refunded": f"CASE WHEN EXISTS (SELECT 1 {_REFUNDS}) THEN CAST(coalesce("
            f"(SELECT sum(amount) {_REFUNDS} AND moment <= {NOW}), 0) AS bigint) ELSE it.refunded END",
            "is_fulfilled": "it.is_fulfilled AND NOT EXISTS (SELECT 1 FROM SCHEMA.shipment s"
            " WHERE s.order_id = it.id AND s.cancelled_at IS NULL AND"
            f" {_REGISTERED.format(_first('shipment_registered', 's'), 's')} > {NOW})",
        },
    ),
    "shipment": AsOf(
        f"{_REGISTERED.format(_first('shipment_registered'), 'it')} <= {NOW}",
        {
            "status": f"coalesce((SELECT status {_REACHED} {_LAST}),"
            f" CASE WHEN {_UNTOLD} THEN it.status ELSE 'pending' END)",
            "status_at": f"coalesce((SELECT happened_at {_REACHED} {_LAST}),"
            f" CASE WHEN {_UNTOLD} THEN it.status_at END)",
            "delivered_at": f"CASE WHEN EXISTS (SELECT 1 {_REACHED} AND status = 'delivered')"
            f" OR ({_UNTOLD} AND it.delivered_at <= {NOW}) THEN it.delivered_at END",
            "cancelled_at": _hidden("cancelled_at"),
        },
    ),
    "checkout": AsOf(
        _by_now("checkout_started", "started_at"),
        {
            "completed_at": _hidden("completed_at", _by_now("checkout_completed", "completed_at")),
            "deleted_at": _hidden("deleted_at"),
            "updated_at": f"coalesce((SELECT max(at) FROM unnest(it.touched) AS at WHERE at <= {NOW}),"
            f" CASE WHEN it.updated_at <= {NOW} THEN it.updated_at ELSE it.started_at END)",
        },
    ),
    "consent": AsOf(f"{_moment('it.recorded_at', 'it.at')} <= {NOW}"),
    "suppression": AsOf(f"it.at <= {NOW}"),
    "case": AsOf(f"it.opened_at <= {NOW}", {"closed_at": _hidden("closed_at")}),
}
