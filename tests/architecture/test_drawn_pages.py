"""A page that is kept must know of every change to what it was drawn from."""

import re
from pathlib import Path

from sqlalchemy import event, text
from sqlalchemy.orm import Session

from app.lib.db import engine
from app.main import create_app
from app.tracking.page.links import token_of
from app.vocabulary import ShipmentStatus
from tests import sold
from tests.sold import Sent

BY_TIME = {"product"}
"""Nobody counts the changes of these; a page that is drawn from them holds the shorter."""


def test_every_table_that_a_page_is_drawn_from_counts_its_changes(session: Session) -> None:
    order = sold.order(session, sold.shop(session), Sent(scans=((ShipmentStatus.DELIVERED, -1, None, None),)))
    asked: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        asked.append(statement)

    event.listen(engine(), "before_cursor_execute", note)
    assert create_app().test_client().get(f"/t/{token_of(order.id)}?drawn=anew").status_code == 200
    event.remove(engine(), "before_cursor_execute", note)

    read = {name for query in asked for name in re.findall(r'(?:FROM|JOIN)\s+"?(\w+)"?', query)}
    counted = session.scalars(
        text(
            "SELECT DISTINCT tgrelid::regclass::text FROM pg_trigger JOIN pg_proc p ON p.oid = tgfoid"
            " WHERE p.proname LIKE 'count%revision%'"
        )
    )
    assert {"order", "shop", "shipment", "tracking_event", "line_item", "fulfillment"} <= read
    assert read - BY_TIME - {name.strip('"') for name in counted} == set()


def test_whoever_tells_something_asks_how_long_it_holds() -> None:
    root = Path(__file__).parent.parent.parent / "app"
    for folder in ("storefront", "tracking"):
        for file in (root / folder).rglob("*.py"):
            assert "calendar.now" not in file.read_text(), f"{file}: ask calendar.today or has_come"
