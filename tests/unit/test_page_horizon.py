"""A page says the same until the moment that it names."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from app.commerce.models import Fulfillment, LineItem, Order
from app.lib.days import Calendar, Horizon
from app.shops.models import Shop
from app.storefront.bought import Bought
from app.storefront.page import Page, draw
from app.storefront.tellings import Tellings
from app.tracking.models import Shipment, TrackingEvent
from app.vocabulary import Medium, PlatformKey, ShopState, Trigger
from app.vocabulary import ShipmentStatus as S

NOW = datetime(2026, 11, 15, 20, 30, tzinfo=UTC)
HOURS = st.integers(-300, 300).map(lambda hours: NOW + timedelta(hours=hours))
PAST = st.integers(-300, 0).map(lambda hours: NOW + timedelta(hours=hours))
ZONES = st.sampled_from(["UTC", "America/Denver", "Asia/Tokyo", "Asia/Kathmandu", "America/Sao_Paulo", ""])


@st.composite
def orders(draw_one: st.DrawFn) -> Bought:
    shop = Shop(
        id=1,
        platform=PlatformKey.SHOPIFY,
        state=ShopState.INSTALLED,
        name="Ridge",
        url="https://ridge.example",
        domain="ridge.example",
        timezone=draw_one(ZONES),
        locale="en",
        currency="USD",
        settings={},
    )
    placed_at = draw_one(PAST)
    order = Order(
        id=1,
        name="#1",
        placed_at=placed_at,
        first_heard_at=placed_at,
        cancelled_at=draw_one(st.none() | st.none() | PAST),
    )
    shipments, scans = [], []
    for i in range(draw_one(st.integers(0, 3))):
        status = draw_one(st.sampled_from(S))
        status_at = draw_one(st.none() | PAST)
        shipments.append(
            Shipment(
                id=i,
                fulfillment_id=1,
                number="1Z",
                carrier="ups",
                status=status,
                status_at=status_at,
                shipped_at=draw_one(PAST),
                expected_at=draw_one(st.none() | HOURS),
            )
        )
        if status_at:
            scans.append(TrackingEvent(fulfillment_id=1, status=status, happened_at=status_at))
    line = LineItem(external_id="1", title="Shirt", quantity=1, price=100)
    telling = Tellings(
        on=frozenset(draw_one(st.sets(st.sampled_from(Trigger)))),
        every_step=frozenset(draw_one(st.sets(st.sampled_from(Medium)))),
        others=(),
    )
    return Bought(shop, order, shipments, {1: Fulfillment(items=[])}, [(line, None)], scans, {}, {}, telling)


@given(orders(), st.floats(0, 1) | st.just(1.0))
def test_a_page_is_drawn_the_same_until_its_horizon(found: Bought, share: float) -> None:
    page = draw(found, NOW)
    assert page.horizon.until is not None
    assert page.horizon.until > NOW
    last = page.horizon.until - timedelta(microseconds=1)
    assert _words(draw(found, min(NOW + share * (last - NOW), last))) == _words(page)


@given(HOURS, ZONES.filter(bool))
def test_a_day_ends_at_the_readers_midnight(now: datetime, zone: str) -> None:
    calendar = Calendar(now, ZoneInfo(zone))
    today, until = calendar.today, calendar.horizon.until
    assert until is not None
    assert calendar.day(until - timedelta(microseconds=1)) == today
    assert calendar.day(until) == today + timedelta(days=1)


def test_what_has_come_has_no_horizon() -> None:
    calendar = Calendar(NOW)
    assert calendar.has_come(NOW)
    assert calendar.horizon.until is None
    later = NOW + timedelta(seconds=5)
    assert not calendar.has_come(later)
    assert not calendar.has_come(later + timedelta(seconds=1))
    assert calendar.horizon.until == later


def _words(page: Page) -> Page:
    return replace(page, horizon=Horizon())
