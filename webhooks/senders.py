"""Who may deliver, asked of the database and remembered for a few seconds."""

import asyncio
import time
from collections import OrderedDict
from collections.abc import Callable
from typing import Generic, TypeVar

Claim = TypeVar("Claim")
Sender = TypeVar("Sender")

REMEMBER_FOR = 15.0
"""Seconds; a changed secret is found sooner, because a signature that fails asks again."""
ASK_AGAIN_AFTER = 1.0
REMEMBER_AT_MOST = 50_000
"""Senders; made-up ones push out only what was not heard of for longest."""


class Remembered(Generic[Claim, Sender]):
    """Senders by what their deliveries claim; `ask` reads one from the database, in a thread."""

    def __init__(self, ask: Callable[[Claim], Sender]) -> None:
        self._ask = ask
        self._known: OrderedDict[Claim, tuple[Sender, float]] = OrderedDict()

    async def get(self, claim: Claim) -> Sender:
        """Return who a delivery claims to come from."""
        return await self._younger_than(REMEMBER_FOR, claim)

    async def again(self, claim: Claim) -> Sender:
        """Return a sender afresh, unless it was asked for just now."""
        return await self._younger_than(ASK_AGAIN_AFTER, claim)

    async def _younger_than(self, seconds: float, claim: Claim) -> Sender:
        known = self._known.get(claim)
        if known is not None and time.monotonic() - known[1] < seconds:
            self._known.move_to_end(claim)
            return known[0]
        sender = await asyncio.to_thread(self._ask, claim)
        self._known[claim] = sender, time.monotonic()
        self._known.move_to_end(claim)
        if len(self._known) > REMEMBER_AT_MOST:
            self._known.popitem(last=False)
        return sender
