"""An empty file of the fakes' memory, and an app that listens to them."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.demo.receiver import Receiver


@pytest.fixture(autouse=True)
def memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Give the fakes a file of their own."""
    monkeypatch.setenv("DEMO_STORES", str(tmp_path / "stores.sqlite"))


@pytest.fixture
def app() -> Iterator[Receiver]:
    receiver = Receiver()
    yield receiver
    receiver.stop()
