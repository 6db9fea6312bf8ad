from datetime import UTC, datetime

import pytest

from app.platforms import findings
from app.platforms.findings import Grade

NOW = datetime(2026, 11, 26, 6, tzinfo=UTC)


@pytest.mark.parametrize("said", [None, "", "soon", "Thu, 26 Nov 2026 06:00:00 -0000"])
def test_a_clock_that_cannot_be_read_is_not_judged(said: str | None) -> None:
    assert findings.clock(said, NOW) is None


def test_a_clock_that_is_wrong_is_odd() -> None:
    found = findings.clock("Thu, 26 Nov 2026 09:00:00 GMT", NOW)
    assert found is not None
    assert found.grade is Grade.ODD
    assert "3 hours ahead" in found.said
