"""The past of one shop, as whoever asks the database would have seen it then; nothing of it is written.

What is kept with its time is hidden until that time, behind temporary views and tables that bear the names of
the real ones: so the very code that works for the living shop looks at its past, and changes only what is
thrown away. PostgreSQL refuses every other change (the transaction is read-only).
"""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import MetaData, text
from sqlalchemy.dialects import postgresql
from sqlalchemy.orm import Session
from sqlalchemy.schema import CreateIndex, CreateTable

from app.flows.rehearsal import stock, views
from app.lib.db import Base
from app.vocabulary import Trigger

NEW = (
    *("flow", "flow_version", "enrollment", "eligibility", "message", "held_back", "call", "event"),
    *("discount", "inbox", "errand", "waiting"),
)
"""Begin empty."""
AS_THEY_ARE = {
    *("shop", "profile", "line_item", "fulfillment", "refund", "product", "variant", "stock_level"),
    *(
        "inbox_in_hand",
        "drawn_page",
        "day_sum",
        "day_change",
        "tracking_event",
        "parcel_exception",
        "click",
        "receipt",
    ),
    *("forecast", "prediction", "transit", "lane", "carrier_watch", "carrier_account", "location"),
    *("access_record", "credential", "privacy_task", "import", "checkup", "connect_state"),
    *("comparison", "missed_order", "feedback", "page_visit", "note", "member", "status_override"),
    *("bulletin", "flow_draft", "rehearsal", "survey_answer", "reorder"),
    *("api_key", "trace"),
}
"""Read where they lie; all others are copied, and may be written to."""
FIRST_ID = 10**15
"""Of rows that are made up; far above those that are real."""


def begin(session: Session, shop_id: int, flows: Collection[Trigger], *, since: datetime) -> None:
    """Let a shop's past lie before this transaction, and nothing that it writes stay.

    `flows` go through it again: what they sent then is not there.
    """
    schema = str(session.scalar(text("SELECT current_schema()")))
    move(session, since)
    for statement in views.heard(schema, shop_id):
        _say(session, statement)
    for name in Base.metadata.tables:
        if name in NEW or (name not in views.AS_OF and name not in AS_THEY_ARE):
            _copy(session, schema, name, shop_id)
    for statement in views.sent(schema, shop_id, flows):
        _say(session, statement)
    for statement in stock.begin(schema, shop_id):
        _say(session, statement)
    for name in views.AS_OF:
        _say(session, views.view(schema, name, shop_id))
    _say(session, "SET TRANSACTION READ ONLY")


def move(session: Session, now: datetime) -> None:
    """Let it be a later moment."""
    session.execute(text("SELECT set_config('doorstep.now', :now, true)"), {"now": now.isoformat()})
    session.expire_all()


def let_go_out(session: Session) -> None:
    """Let the messages be there that other flows have sent by now."""
    _say(session, views.SENT_BY_NOW)


def _copy(session: Session, schema: str, name: str, shop_id: int) -> None:
    """Make a temporary table of the same shape and name, and copy the shop's rows."""
    shapes = MetaData(naming_convention=Base.metadata.naming_convention)
    table = Base.metadata.tables[name].to_metadata(shapes)
    shape = CreateTable(table, include_foreign_key_constraints=[])
    made = str(shape.compile(dialect=postgresql.dialect()))  # type: ignore[no-untyped-call]  # theirs
    _say(session, made.replace("CREATE TABLE", "CREATE TEMPORARY TABLE", 1))
    for index in table.indexes:
        session.execute(CreateIndex(index))
    if "id" in table.c and table.c.id.identity is not None:
        _say(session, f'ALTER TABLE "{name}" ALTER COLUMN id RESTART WITH {FIRST_ID}')
    if name not in NEW:
        columns = ", ".join(f'"{column.name}"' for column in table.columns)
        copied = f'INSERT INTO "{name}" ({columns}) SELECT {columns} FROM {schema}."{name}"'  # noqa: S608 - names of ours
        _say(session, f"{copied} WHERE shop_id = {shop_id}")


def _say(session: Session, statement: str) -> None:
    """Run a statement as it is, without anything bound to it."""
    session.connection().exec_driver_sql(statement)
