"""UPS of the sample world answers as our own plug-in expects it, and refuses what the real one refuses."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from app.carriers import ups as plugin
from app.carriers.base import TOKEN, KeyRefused, Parcel, SourceError
from app.lib import http
from app.lib.http import Outside
from app.vocabulary import ShipmentStatus as S
from demo import fakes, stories, ups
from demo.sales import Sale
from demo.stores import Shelf
from demo.woocommerce.wire import HOST as HARBOR
from tests.demo.wsgi import Wsgi

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)


def test_every_parcel_is_told_scan_by_scan(sales: list[Sale]) -> None:
    keys = {**ups.KEYS, TOKEN: plugin.authorize(Outside(), ups.KEYS).token}
    for sale in sales:
        (parcel,) = sale.parcels
        (update,) = plugin.fetch(Outside(), keys, (Parcel(number=parcel.numbers[0]),))
        assert update.faults == ()
        assert [scan.happened_at for scan in update.scans] == [s.at for s in reversed(parcel.scans)]
        assert update.expected_at == parcel.expected_at.replace(hour=0)
    assert {scan.status for scan in update.scans} <= set(S)


def test_numbers_of_nobody_are_unknown_and_strangers_refused(sales: list[Sale]) -> None:
    assert sales
    keys = {**ups.KEYS, TOKEN: plugin.authorize(Outside(), ups.KEYS).token}
    (update,) = plugin.fetch(Outside(), keys, (Parcel(number="1Z5R89390357567127"),))
    assert (update.is_not_found, update.scans) == (True, ())
    with pytest.raises(KeyRefused):
        plugin.fetch(Outside(), {**keys, TOKEN: "forged"}, (Parcel(number="1Z5R89390357567127"),))
    with pytest.raises(SourceError):
        plugin.authorize(Outside(), {**ups.KEYS, "client_secret": "wrong"})


@pytest.fixture
def sales() -> Iterator[list[Sale]]:
    """Harbor Goods' parcels that UPS carries."""
    kept = [sale for sale in stories.harbor(NOW) if any(parcel.carrier == "ups" for parcel in sale.parcels)]
    for sale in kept:
        Shelf(HARBOR).put("sale", sale.id, sale.model_dump(mode="json"))
        assert all(parcel.scans[-1].at <= NOW - timedelta(0) for parcel in sale.parcels)
    http.play(ups.HOST, Wsgi(fakes.application))
    http._breakers.reset()
    yield kept
    http.play(ups.HOST, None)
