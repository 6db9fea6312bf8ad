"""The file of parcels: handed out as it is read, to some at once, and whole or known to be broken."""

from threading import BoundedSemaphore

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from app.admin import paging
from app.admin.shipments import file as parcels_file
from app.admin.shipments.narrowing import Asked
from app.lib.rsgi import STREAMED
from app.shops.models import Shop
from tests.journeys.admin.conftest import parcel
from tests.journeys.conftest import StoreVoice


def test_a_file_is_handed_out_as_it_is_made_to_some_at_once(
    merchant: FlaskClient, shopify_store: StoreVoice, monkeypatch: pytest.MonkeyPatch
) -> None:
    parcel(shopify_store, 1)
    monkeypatch.setattr(parcels_file, "_turns", BoundedSemaphore(2))
    address = f"/admin/{shopify_store.shop.id}/shipments.csv"

    def is_streamed(file: TestResponse) -> bool:
        return STREAMED in {(name.lower(), value) for name, value in file.headers}

    files = [merchant.get(address) for _ in range(3)]
    assert [is_streamed(it) for it in files] == [True, True, False]
    assert {it.text for it in files} == {files[0].text}
    for it in files:
        it.close()
    assert is_streamed(merchant.get(address))
    assert not is_streamed(merchant.get(f"{address}?tab=exceptions")), "the queue is read at once"


def test_a_file_that_breaks_off_says_so(shop: Shop) -> None:
    def read(_: Shop, __: Asked, before: int) -> tuple[str, int]:
        if before < paging.LAST:
            raise ConnectionError
        return "first", 7

    handed: list[str] = []
    with pytest.raises(ConnectionError):
        handed.extend(parcels_file.parts("heads", read, shop, Asked(), "broke off"))
    assert handed == ["heads", "first", "broke off"]
