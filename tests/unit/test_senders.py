import asyncio
import time

import pytest

from webhooks import senders
from webhooks.senders import Remembered


def test_a_sender_is_asked_for_once_and_again_when_its_time_is_over(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def ask(claim: str) -> int:
        asked.append(claim)
        return len(asked)

    known = Remembered(ask)

    async def deliveries() -> list[int]:
        first = [await known.get("a"), await known.get("a"), await known.again("a")]
        later = time.monotonic() + senders.ASK_AGAIN_AFTER
        monkeypatch.setattr(time, "monotonic", lambda: later)
        second = [await known.get("a"), await known.again("a"), await known.get("a")]
        much_later = later + senders.REMEMBER_FOR
        monkeypatch.setattr(time, "monotonic", lambda: much_later)
        return [*first, *second, await known.get("a")]

    assert asyncio.run(deliveries()) == [1, 1, 1, 1, 2, 2, 3]
    assert asked == ["a", "a", "a"]


def test_made_up_senders_push_out_only_who_was_silent_for_longest(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(senders, "REMEMBER_AT_MOST", 2)
    asked: list[str] = []
    known: Remembered[str, None] = Remembered(asked.append)

    async def deliveries() -> None:
        for claim in ("shop", "made-up-1", "shop", "made-up-2", "shop", "made-up-3", "shop"):
            await known.get(claim)

    asyncio.run(deliveries())
    assert asked == ["shop", "made-up-1", "made-up-2", "made-up-3"]
