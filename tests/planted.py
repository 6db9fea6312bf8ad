"""A row in every table of a shop, each text of it marked, so that whatever lets one out can be seen to.

A mark is a word that stands in no page of ours, and markup that must never reach a page as it is.
"""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple
from uuid import uuid4

from sqlalchemy import Column, Table, insert, text
from sqlalchemy.orm import Session

from app.lib import clock, crypto
from app.lib.db import Word
from app.schema import Base
from app.shops.models import Shop

ROOT = Path(__file__).parent.parent
SHOPPERS = frozenset(
    ("profile", "order", "checkout", "message", "waiting", "recipient", "reply", "review", "case_entry")
)
"""Tables whose texts are somebody's own."""
LATELY = datetime(2026, 11, 30, 12, tzinfo=UTC)
FLOW = (ROOT / "app" / "flows" / "presets" / "win_back.yaml").read_text()
PLAIN: dict[str, Any] = {
    "carrier": "UPS",
    "country": "US",
    "currency": "USD",
    "past_currency": "USD",
    "locale": "en",
    "timezone": "America/Denver",
    "comparison": "win_back",
    "kind": "shopify.tags",
    "line": "",
    "source": "ups",
    "step": None,
    "next_secret": None,
    "template_version_id": None,
    **dict.fromkeys(("rests_until", "removed_at", "erased_at", "gone_at", "deleted_at", "cancelled_at")),
    **dict.fromkeys(("withdrawn_at", "imported_at", "cleared_at", "resolved_at", "snoozed_until", "off_at")),
    **dict.fromkeys(("left_at", "ended_at", "dead_at", "closed_at", "detail", "over", "reason", "doubt")),
    **dict.fromkeys(("off_because", "hidden_because", "keyword", "doubt", "basis", "outcome", "journal")),
    **dict.fromkeys(("body", "locale", "layout", "begins_at", "lease_until", "own_carrier_id", "once")),
}
"""What a column of this name holds, whatever table it is in."""
SPECIAL: dict[str, Any] = {
    "call.state": "parked",
    "call.ended_at": LATELY,
    "event.kind": "shop_uninstalled",
    "credential.kind": "webhook_secret",
    "errand.kind": "shopify.shop_info",
    "flow_version.file": FLOW,
    "flow_version.trigger": "win_back",
    "flow.draft": None,
    "flow.trigger": "shipped",
    "feedback.grade": 1,
    "hook.listener": "slack",
    "hook.hears": [],
    "hook.keys": crypto.seal('{"url": "https://hooks.slack.com/services/T0/B0/x"}'),
    "import.report": {},
    "import.counts": {},
    "inbox.state": "parked",
    "inbox.topic": "orders/paid",
    "line_item.price": 1200,
    "mail_domain.findings": None,
    "mail_domain.secret": None,
    "mail_domain.old_selector": None,
    "held_back.reason": "outranked",
    "member.token_hash": None,
    "message.state": "sent",
    "message.decision": None,
    "order.state": "placed",
    "parcel_exception.evidence": {"days": 3, "promised_by": "us", "why": "form"},
    "privacy_task.kind": "export",
    "privacy_task.export": crypto.seal("{}"),
    "provider.preset": "own",
    "provider.tried": None,
    "review.stars": 4,
    "shipment.status": "in_transit",
    "shipment.pickup": None,
    "shipment.delivered_at": None,
    "template.draft": None,
    "tracking_event.status": "in_transit",
    "whatsapp_template.status": "approved",
    "whatsapp_template.slots": [],
    "checkup.findings": [],
}


class Planted(NamedTuple):
    """What stands where."""

    shop: Shop
    word: str
    rows: dict[str, Any]
    """By table, the id of its row; of a mail domain, its name."""

    @property
    def shoppers(self) -> tuple[str, ...]:
        """How the texts of its shoppers begin."""
        return tuple(f"{self.word}-{table}" for table in SHOPPERS)

    @property
    def markup(self) -> str:
        """What a page shows of it that forgot to escape it."""
        return f"<i {self.word}>"


def plant(session: Session, shop: Shop, word: str) -> Planted:
    """Put a row into every table of a shop that has none there yet."""
    planted = Planted(shop, word, {"shop": shop.id})
    for table in Base.metadata.sorted_tables:
        if table.name not in ("shop", "drawn_page", "inbox_in_hand"):
            values = {c.name: value for c in table.c if (value := _value(table, c, planted)) is not _OURS}
            first = next(iter(table.primary_key))
            put = insert(table).values(values).returning(first)
            planted.rows[table.name] = session.scalar(put)
    planted.rows["mail_domain"] = f"{word}.example"
    session.commit()
    return planted


def standing(session: Session, shop_id: int, *, but: tuple[str, ...] = ()) -> dict[str, str]:
    """Return what every table holds of a shop, as a hash; `but`: tables that may change."""
    session.rollback()
    found = {}
    for table in Base.metadata.sorted_tables:
        if table.name in but:
            continue
        column = "id" if table.name == "shop" else "shop_id"
        rows = text(
            f"SELECT md5(coalesce(string_agg(t::text, ',' ORDER BY t::text), ''))"
            f' FROM "{table.name}" t WHERE {column} = :shop'
        )
        found[table.name] = str(session.scalar(rows, {"shop": shop_id}))
    return found


_OURS = object()
"""The database's own to fill in."""


def _value(table: Table, column: Column[Any], planted: Planted) -> Any:
    named = f"{table.name}.{column.name}"
    chosen = {"shop_id": planted.shop.id, "mail_domain.domain": f"{planted.word}.example", **SPECIAL}
    chosen["order.name"] = f'#{planted.word}"><i {planted.word}>'  # which tells nobody who somebody is
    if column.identity is not None:
        return _OURS
    for name in (column.name, named):
        if name in chosen:
            return chosen[name]
    plain, is_word = PLAIN.get(column.name), isinstance(column.type, Word)
    if column.name in PLAIN and (column.nullable if plain is None else not is_word):
        return plain
    target = next((key.column.table.name for key in column.foreign_keys), None)
    if target is None and column.name.endswith("_id"):
        target = column.name.removesuffix("_id")
    return planted.rows[target] if target in planted.rows else _filled(table, column, planted.word)


def _filled(table: Table, column: Column[Any], word: str) -> Any:
    mark = f'{word}-{table.name}"><i {word}>'
    if isinstance(column.type, Word):
        return next(iter(column.type.kind))
    if column.name == "ship_to":
        return dict.fromkeys(("first_name", "last_name", "line1", "city", "postcode"), mark)
    kind = column.type.python_type
    made: dict[type, Any] = {
        str: mark,
        int: 1,
        float: 1.0,
        Decimal: Decimal(1),
        bool: False,
        datetime: clock.now().astimezone(UTC) - timedelta(minutes=5),
        date: clock.now().date(),
        timedelta: timedelta(days=2),
        list: [],
        object: [] if column.name in ("items", "tries", "findings", "path", "steps") else {},
    }
    if kind is bytes:
        return crypto.seal("{}") if "hash" not in column.name else uuid4().bytes
    if column.name.endswith("url"):
        return f"javascript:{word}()"
    return uuid4() if kind.__name__ == "UUID" else made[kind]
