"""The page's kept copy: served by one read while it is right, and never once it is not."""

import gzip
import re
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from flask.testing import FlaskClient
from sqlalchemy import event, text, update
from sqlalchemy.orm import Session

from app.flows.models import Flow
from app.lib import clock
from app.lib.db import engine, transaction
from app.main import create_app
from app.privacy import erasure
from app.shops.models import Shop
from app.storefront import bought, shown
from app.storefront.press import press
from app.tracking.page import drawn
from app.tracking.page.links import token_of
from app.vocabulary import ShipmentStatus as S
from app.vocabulary import Trigger
from tests import sold
from tests.sold import Sent

MOVING = Sent(scans=((S.PICKED_UP, -30, None, "Denver"), (S.IN_TRANSIT, -2, None, "Boulder")), expected=2)
PICTURED = ({**sold.SHIRT, "image_url": "https://cdn.example/shirt.jpg"},)

CHANGES = {
    "a parcel's status": "UPDATE shipment SET status = 'delivered', delivered_at = now()",
    "a parcel's day": "UPDATE shipment SET expected_at = now() + interval '3 days'",
    "a parcel's number": "UPDATE shipment SET number = '1Z999AA10123456785'",
    "a new scan": (
        "INSERT INTO tracking_event"
        " (shop_id, fulfillment_id, source, external_id, status, raw_status, happened_at, recorded_at, city)"
        " SELECT shop_id, fulfillment_id, source, 'new', status, raw_status, now(), now(), 'Golden'"
        " FROM tracking_event LIMIT 1"
    ),
    "a scan taken back": "UPDATE tracking_event SET withdrawn_at = now() WHERE city = 'Boulder'",
    "a scan deleted": "DELETE FROM tracking_event WHERE city = 'Boulder'",
    "what is in a parcel": """UPDATE fulfillment SET items = '[{"item": "line-0", "quantity": 1}]'""",
    "what was bought": "UPDATE line_item SET title = 'Wool Overshirt' WHERE position = 0",
    "a line less": "DELETE FROM line_item WHERE position = 1",
    "the order's name": """UPDATE "order" SET name = '#9999'""",
    "the order's end": """UPDATE "order" SET cancelled_at = now()""",
    "the shop's color": """UPDATE shop SET settings = '{"brand": {"color": "#d3122a"}}'""",
    "the shop's zone": "UPDATE shop SET timezone = 'Asia/Tokyo'",
}


def test_a_second_look_is_the_same_bytes_by_one_read(order: int, shopper: FlaskClient) -> None:
    first = shopper.get(address(order))
    with asked() as statements:
        again = shopper.get(address(order))
    assert again.data == first.data
    assert statements == []  # nothing but the read that goes past the session
    assert again.headers["ETag"] == first.headers["ETag"]


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_whoever_changes_a_row_however_changes_the_page(
    session: Session, order: int, shopper: FlaskClient, change: str
) -> None:
    before = shopper.get(address(order)).text
    session.execute(text(change))
    session.commit()
    after = shopper.get(address(order)).text
    assert after != before
    session.execute(text("DELETE FROM drawn_page"))
    session.commit()
    assert shopper.get(address(order)).text == after


def test_a_shop_that_leaves_takes_its_pages_along(session: Session, order: int, shopper: FlaskClient) -> None:
    shopper.get(address(order))
    session.execute(text("UPDATE shop SET state = 'uninstalled'"))
    session.commit()
    assert shopper.get(address(order)).status_code == 410


def test_a_change_of_another_order_leaves_the_page_alone(
    session: Session, shop: Shop, order: int, shopper: FlaskClient
) -> None:
    shopper.get(address(order))
    sold.order(session, shop, MOVING)
    with asked() as statements:
        shopper.get(address(order))
    assert statements == []


def test_a_draft_of_a_flow_leaves_the_page_alone_and_a_switch_does_not(
    session: Session, shop: Shop, order: int, shopper: FlaskClient
) -> None:
    session.add(Flow(shop_id=shop.id, trigger=Trigger.SHIPPED))
    session.commit()
    shopper.get(address(order))
    session.execute(update(Flow).values(draft="flow: shipped", draft_revision=1))
    session.commit()
    with asked() as statements:
        shopper.get(address(order))
    assert statements == []
    session.execute(update(Flow).values(on_since=clock.now()))
    session.commit()
    with asked() as statements:
        shopper.get(address(order))
    assert statements != []


def test_what_was_told_tomorrow_is_told_anew(session: Session, shop: Shop, shopper: FlaskClient) -> None:
    with time_machine.travel(datetime(2026, 11, 17, 18, tzinfo=UTC), tick=False):  # 11 am in Denver
        order = sold.order(session, shop, Sent(scans=MOVING.scans, expected=1), items=PICTURED).id
        assert "Arriving tomorrow" in shopper.get(address(order)).text
    with time_machine.travel(datetime(2026, 11, 18, 6, 59, tzinfo=UTC), tick=False):  # a minute to midnight
        with asked() as statements:
            assert "Arriving tomorrow" in shopper.get(address(order)).text
        assert statements == []
    with time_machine.travel(datetime(2026, 11, 18, 7, 1, tzinfo=UTC), tick=False):
        assert "Arriving today" in shopper.get(address(order)).text


def test_a_page_is_closed_on_time_though_a_copy_is_kept(
    session: Session, shop: Shop, shopper: FlaskClient
) -> None:
    now = datetime(2026, 11, 17, 18, tzinfo=UTC)
    with time_machine.travel(now, tick=False):
        parcel = Sent(scans=((S.DELIVERED, -24 * 90 + 1, None, None),), sent=-24 * 92)
        order = sold.order(session, shop, parcel).id
        assert shopper.get(address(order)).status_code == 200
    with time_machine.travel(now + timedelta(minutes=61), tick=False):
        assert shopper.get(address(order)).status_code == 410


def test_another_version_of_the_house_draws_its_own(
    order: int, shopper: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    shopper.get(address(order))
    monkeypatch.setattr("app.storefront.shown.press", lambda: "another")
    with asked() as statements:
        shopper.get(address(order))
    assert statements


def test_whoever_has_the_page_is_told_so(order: int, shopper: FlaskClient) -> None:
    first = shopper.get(address(order))
    again = shopper.get(address(order), headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    assert again.headers["Cache-Control"] == "private, no-cache"
    assert shopper.get(address(order), headers={"If-None-Match": 'W/"other"'}).status_code == 200


def test_a_page_is_sent_gzipped_only_to_whoever_reads_that(order: int, shopper: FlaskClient) -> None:
    plain = shopper.get(address(order))
    zipped = shopper.get(address(order), headers={"Accept-Encoding": "br, gzip"})
    refused = shopper.get(address(order), headers={"Accept-Encoding": "gzip;q=0"})
    assert "Content-Encoding" not in plain.headers
    assert refused.data == plain.data
    assert zipped.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(zipped.data) == plain.data
    assert {answer.headers["Vary"] for answer in (plain, zipped)} == {"Accept-Encoding"}


def test_parcels_have_pages_of_their_own(session: Session, shop: Shop, shopper: FlaskClient) -> None:
    order = sold.order(session, shop, MOVING, Sent(scans=((S.DELIVERED, -1, None, None),))).id
    pages = [shopper.get(address(order) + asks).text for asks in ("", "?parcel=2", "?parcel=1", "?x=1")]
    with asked() as statements:
        assert [shopper.get(address(order) + asks).text for asks in ("", "?parcel=2", "?parcel=1")] == pages[
            :3
        ]
    assert statements == []
    assert pages[3] == pages[0]
    assert len(set(pages)) == 3


def test_an_erased_shopper_leaves_no_page(session: Session, order: int, shopper: FlaskClient) -> None:
    shopper.get(address(order))
    assert count(session) == 1
    erasure.erase_order(session, bought.read(session, order).order)  # type: ignore[union-attr]
    session.commit()
    assert count(session) == 0
    assert shopper.get(address(order)).status_code == 410


def test_a_page_drawn_of_rows_that_have_changed_since_is_not_kept(session: Session, order: int) -> None:
    with transaction() as other:
        found = bought.read(other, order)
        assert found is not None
    session.execute(text('UPDATE "order" SET name = name'))
    session.commit()
    keep(found)
    assert count(session) == 0


def test_nobody_who_looks_waits_for_whoever_changes_the_order(
    session: Session, order: int, shopper: FlaskClient
) -> None:
    session.execute(text('SELECT 1 FROM "order" FOR UPDATE'))
    assert shopper.get(address(order)).status_code == 200
    session.rollback()
    assert count(session) == 0


def test_a_database_that_keeps_nothing_still_shows_pages(
    session: Session, order: int, shopper: FlaskClient
) -> None:
    session.execute(text("ALTER TABLE drawn_page ADD CONSTRAINT full_disk CHECK (false)"))
    session.commit()
    try:
        assert shopper.get(address(order)).status_code == 200
    finally:
        session.execute(text("ALTER TABLE drawn_page DROP CONSTRAINT full_disk"))
        session.commit()


def test_a_connection_that_was_cut_is_replaced(session: Session, order: int, shopper: FlaskClient) -> None:
    shopper.get(address(order))
    session.execute(
        text(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE pid <> pg_backend_pid() AND query LIKE '%drawn_page%'"
        )
    )
    session.commit()
    assert shopper.get(address(order)).status_code == 200


def test_pages_that_nobody_looks_at_are_dropped(session: Session, order: int, shopper: FlaskClient) -> None:
    shopper.get(address(order))
    assert drawn.purge(session, now=clock.now() + timedelta(days=1)) == 0
    assert drawn.purge(session, now=clock.now() + timedelta(days=2, minutes=1)) == 1


def test_the_whole_page_is_small(session: Session, shop: Shop, shopper: FlaskClient) -> None:
    order = sold.order(session, shop, MOVING, MOVING).id
    page = shopper.get(address(order), headers={"Accept-Encoding": "gzip"})
    sheets = re.findall(
        r'<(?:link rel="stylesheet" href|script src)="([^"]+)"', gzip.decompress(page.data).decode()
    )
    assert sheets
    whole = len(page.data)
    for sheet in sheets:
        with shopper.get(sheet) as answer:
            whole += len(gzip.compress(answer.data))
    assert whole < 30_000


def keep(found: bought.Bought) -> None:
    drawn.keep(
        found.stamp(press()),
        "",
        holds_until=clock.now() + shown.HOLDS_AT_MOST,
        tag="tag",
        body=b"",
    )


def count(session: Session) -> int:
    return int(session.execute(text("SELECT count(*) FROM drawn_page")).scalar_one())


def address(order_id: int) -> str:
    return f"/t/{token_of(order_id)}"


class asked:  # noqa: N801 - reads as a word
    """The statements that sessions ask meanwhile."""

    def __enter__(self) -> list[str]:
        self.statements: list[str] = []
        event.listen(engine(), "before_cursor_execute", self.note)
        return self.statements

    def __exit__(self, *_: object) -> None:
        event.remove(engine(), "before_cursor_execute", self.note)

    def note(self, _connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        self.statements.append(statement)


@pytest.fixture
def shop(session: Session) -> Shop:
    return sold.shop(session)


@pytest.fixture
def order(session: Session, shop: Shop) -> int:
    return sold.order(session, shop, MOVING).id


@pytest.fixture
def shopper() -> FlaskClient:
    return create_app().test_client()
