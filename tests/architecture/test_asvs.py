"""docs/asvs.md names tests that are there."""

import re
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent


def test_every_test_that_the_standards_table_names_exists() -> None:
    named = set(re.findall(r"`((?:\w+/)+test_\w+\.py)`", (ROOT / "docs" / "asvs.md").read_text()))
    assert len(named) > 30
    assert [name for name in sorted(named) if not (ROOT / "tests" / name).exists()] == []
