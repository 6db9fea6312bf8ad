"""Texts handed to one provider in one merchant's name, a few at once."""

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from threading import local
from typing import Self

from app.channels.base import Outcome, SendError, Text
from app.channels.sms.base import Keys, Letterhead, Provider
from app.channels.sms.calls import KeysRefused, outside
from app.lib.http import Outside

AT_ONCE = 4
"""How many texts are on their way at a time: more could be of unknown fate when their sender dies."""


class Texts:
    """An open line to a provider."""

    def __init__(self, provider: Provider, keys: Keys, head: Letterhead) -> None:
        self._provider, self._keys, self._head = provider, keys, head
        self._threads = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="texts")
        self._own = local()
        self.is_refused = False
        """The provider does not take the keys: whoever sees it writes it down."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._threads.shutdown()

    def send_all(
        self, texts: Iterable[tuple[int, Text]], begin: Callable[[int], bool]
    ) -> Iterator[tuple[int, Outcome]]:
        """Hand over texts; yields what became of each."""
        begun: dict[Future[Outcome], int] = {}
        for key, text in texts:
            if begin(key):
                begun[self._threads.submit(self._send, text)] = key
            if len(begun) == AT_ONCE:
                yield from _ended(begun)
        while begun:
            yield from _ended(begun)

    def _send(self, text: Text) -> Outcome:
        try:
            return self._provider.send(self._session(), self._keys, self._head, text)
        except SendError as error:
            self.is_refused = self.is_refused or isinstance(error, KeysRefused)
            return error

    def _session(self) -> Outside:
        """Return this thread's own session, whose connection is kept for the texts to come."""
        if not hasattr(self._own, "session"):
            self._own.session = outside()
        session: Outside = self._own.session
        return session


def _ended(begun: dict[Future[Outcome], int]) -> Iterator[tuple[int, Outcome]]:
    """Wait for the next that end; yields what became of them."""
    for future in wait(begun, return_when=FIRST_COMPLETED).done:
        yield begun.pop(future), future.result()
