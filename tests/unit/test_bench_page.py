from pathlib import Path

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from app.schema import LineItem, Order, Shipment, TrackingEvent

ORDERS = Path(__file__).parent.parent.parent / "bench" / "page_orders.sql"


def test_the_bench_puts_as_many_rows_into_todays_tables_as_it_says(session: Session) -> None:
    sql = ORDERS.read_text().replace("100000", "40").replace("ANALYZE;", "")
    session.execute(text(sql.replace(":", r"\:")))
    rows = [
        session.scalar(select(func.count()).select_from(t))
        for t in (Order, LineItem, Shipment, TrackingEvent)
    ]
    assert rows == [40, 80, 40, 240]
