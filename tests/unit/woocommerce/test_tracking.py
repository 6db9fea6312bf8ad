from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.platforms.purchases import IN_ORDER, Fulfillment, Parcel
from app.platforms.woocommerce import tracking
from tests.unit.woocommerce.recorded import Json, body, with_meta

CREATED = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
USPS = {"tracking_provider": "usps", "tracking_number": "9400111899223197428491", "tracking_id": "b0dc"}


def test_every_line_is_a_parcel() -> None:
    first, second = parcels(body("097"))
    assert first.parcels == (Parcel(number="9400111899223197428491", carrier="usps"),)
    assert first.shipped_at == datetime(2026, 11, 21, tzinfo=UTC)
    assert second.parcels[0].carrier == "dhl-de"
    assert all(found.external_id.startswith(f"{IN_ORDER}26:") for found in (first, second))


def test_a_line_deleted_and_added_again_is_the_same_parcel() -> None:
    again = USPS | {"tracking_id": "ffff", "tracking_number": "9400 1118 9922 3197 4284 91"}
    assert ident(USPS) == ident(again)
    assert len(parcels(order([USPS, again]))) == 1


def test_php_writes_a_list_with_a_gap_as_an_object() -> None:
    assert parcels(order({"1": USPS})) == parcels(order([USPS]))


@pytest.mark.parametrize(
    ("date", "expected"),
    [
        ("1795219200", datetime(2026, 11, 21, tzinfo=UTC)),
        (1795219200, datetime(2026, 11, 21, tzinfo=UTC)),
        ("2099999999", NOW),
        ("0", NOW),
        ("", NOW),
        ("²", NOW),
        ("yesterday", NOW),
        (None, NOW),
    ],
)
def test_a_date_is_taken_where_it_makes_sense(date: object, expected: datetime) -> None:
    assert parcels(order([USPS | {"date_shipped": date}]))[0].shipped_at == expected


def test_a_custom_carrier_has_its_name_and_its_link() -> None:
    line = {
        "custom_tracking_provider": "Bike Couriers",
        "custom_tracking_link": "https://bike.example/%number%",
        "tracking_number": "BC-1",
    }
    assert parcels(order([line]))[0].parcels == (
        Parcel(number="BC-1", carrier="Bike Couriers", url="https://bike.example/BC-1"),
    )


def test_a_link_that_is_none_is_left_out() -> None:
    line = USPS | {"custom_tracking_link": "javascript:alert(1)"}
    assert parcels(order([line]))[0].parcels[0].url is None


def test_aftership_says_it_in_either_of_its_two_ways() -> None:
    lines = with_meta(order([]), tracking.AFTERSHIP, [{"tracking_number": "1Z9", "slug": "ups"}])
    single = with_meta(order([]), tracking.AFTERSHIP_NUMBER, "1Z9")
    assert parcels(lines)[0].parcels[0] == Parcel(number="1Z9", carrier="ups")
    assert parcels(single)[0].external_id == parcels(lines)[0].external_id
    assert len(parcels(with_meta(lines, tracking.AFTERSHIP_NUMBER, "1Z9"))) == 1


def test_a_core_fulfillment_has_the_stores_own_time() -> None:
    found = tracking.core_fulfillment(CORE, "17", ZoneInfo("America/Los_Angeles"))
    assert found is not None
    assert found.external_id == "core:2"
    assert found.shipped_at == datetime(2025, 11, 22, 9, 15, 32, tzinfo=UTC)
    assert found.parcels == (
        Parcel(
            number="EV938383838GB",
            carrier="royal-mail",
            url="https://www.royalmail.com/track?x=EV938383838GB",
        ),
    )
    assert found.items == (("2", 1),)


def test_a_core_fulfillment_that_is_not_fulfilled_is_none_of_ours() -> None:
    assert tracking.core_fulfillment(CORE | {"is_fulfilled": False}, "17", UTC) is None


@given(st.permutations([USPS, USPS | {"tracking_number": "X1"}, USPS | {"tracking_number": "X2"}]))
def test_the_order_of_the_lines_does_not_matter(lines: list[Json]) -> None:
    assert {found.external_id for found in parcels(order(lines))} == {
        *("meta:1:9400111899223197428491", "meta:1:X1", "meta:1:X2")
    }


CORE: Json = {
    "id": 2,
    "is_fulfilled": True,
    "meta_data": [
        {"key": "_items", "value": [{"item_id": 2, "qty": 1}]},
        {"key": "_tracking_number", "value": "EV938383838GB"},
        {"key": "_tracking_url", "value": "https://www.royalmail.com/track?x=EV938383838GB"},
        {"key": "_shipment_provider", "value": "royal-mail"},
        {"key": "_date_fulfilled", "value": "2025-11-22 01:15:32"},
    ],
}


def order(lines: object) -> Json:
    return {"id": 1, "meta_data": [{"key": tracking.SHIPMENT_TRACKING, "value": lines}]}


def parcels(sent: Json) -> tuple[Fulfillment, ...]:
    return tracking.parcels(sent, str(sent["id"]), CREATED, NOW)


def ident(line: Json) -> str:
    return parcels(order([line]))[0].external_id
