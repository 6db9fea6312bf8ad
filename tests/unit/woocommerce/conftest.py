from collections.abc import Iterator

import pytest

from tests.unit.woocommerce.store import StoreApi, playing


@pytest.fixture
def api() -> Iterator[StoreApi]:
    with playing() as opened:
        yield opened
