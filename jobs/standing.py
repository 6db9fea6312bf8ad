"""Whether a message that the gate let go may still go when its turn in the chunk comes."""

from collections.abc import Collection, Sequence
from contextlib import ExitStack
from time import monotonic
from typing import Self

import structlog
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from app.commerce import checkouts
from app.commerce.checkouts import Left
from app.flows import facts
from app.lib.db import asking, transaction
from app.messages.dispatch import recall
from app.messages.dispatch.sending import Ready
from app.messages.gate import permission
from app.messages.gate.verdict import Allowed
from app.messages.models import Message

ASKS_EVERY, ASKING_TAKES = 0.02, 0.025
"""Seconds between two questions which of a chunk may no longer go, and the share of time that they take."""
CARTS_AT_ONCE = 10
"""How many carts are asked about together: those whose turn comes next; an answer is good for ASKS_EVERY."""

log = structlog.get_logger()


class Standing:
    """Asks about one chunk, again and again until the last of it has begun, over one connection."""

    def __init__(self, ready: Sequence[Ready]) -> None:
        self._chunk = recall.sought(item.message for item in ready)
        self._gone: Collection[int] = ()
        self._asks_at = monotonic() + ASKS_EVERY
        carts = [item.message for item in ready if item.message.checkout_id is not None]
        self._carts = {
            message.id: carts[place : place + CARTS_AT_ONCE] for place, message in enumerate(carts)
        }
        """Each with those behind it."""
        self._left: Collection[int] = ()
        self._left_until = 0.0
        self._line = ExitStack()
        self._session: Session | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._line.close()

    def __call__(self, message: Message) -> bool:
        """Tell whether a message of the chunk may begin."""
        began = monotonic()
        if began >= self._asks_at:
            self._look()
            self._asks_at = began + max(ASKS_EVERY, (monotonic() - began) / ASKING_TAKES)
        return message.id not in self._gone and self._is_cart_left(message)

    def _look(self) -> None:
        try:
            self._gone = recall.gone(self._open(), self._chunk)
        except SQLAlchemyError as error:  # whoever cannot ask goes on with what is known
            self._cannot_ask(error)

    def _is_cart_left(self, message: Message) -> bool:
        """Tell whether a cart is still to be reminded of, whatever came between the gate and this moment."""
        if message.id not in self._carts:
            return True
        try:
            return self._is_known_left(message) or self._may_still_go(message)
        except SQLAlchemyError as error:  # it has time: what nobody knows of a cart is asked once more
            self._cannot_ask(error)
            return False

    def _is_known_left(self, message: Message) -> bool:
        if message.id not in self._left or monotonic() > self._left_until:
            self._left_until = monotonic() + ASKS_EVERY
            carts = {
                it.id: Left(it.checkout_id, it.profile_id, it.created_at)
                for it in self._carts[message.id]
                if it.checkout_id is not None
            }
            self._left = carts.keys() - checkouts.over(self._open(), carts)
        return message.id in self._left

    def _may_still_go(self, message: Message) -> bool:
        with transaction() as session:
            return isinstance(permission.decide(facts.gather(session, [message])[message.id]), Allowed)

    def _cannot_ask(self, error: SQLAlchemyError) -> None:
        log.warning("messages.cannot_ask", error=type(error).__name__)
        self._session = None
        self._line.close()

    def _open(self) -> Session:
        if self._session is None:
            self._session = self._line.enter_context(asking())
        return self._session
