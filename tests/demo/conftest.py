"""An empty file of the fakes' memory."""

from pathlib import Path

import pytest


@pytest.fixture(autouse=True)
def memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Give the fakes a file of their own."""
    monkeypatch.setenv("DEMO_STORES", str(tmp_path / "stores.sqlite"))
