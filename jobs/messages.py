"""Send what may be sent."""

from collections import defaultdict
from collections.abc import Sequence
from contextlib import ExitStack
from functools import cache, partial
from time import monotonic
from typing import Self

from app.channels.base import Channel, Connection, Mail, SendError
from app.channels.sms.line import Texts
from app.flows import facts
from app.lib import plugins, queue
from app.lib.db import transaction
from app.messages import compose, journal, outbox, recovery, sending
from app.messages.journal import Journal
from app.messages.outbox import Result
from app.messages.sending import Ready, Write
from app.shops.texting import Account
from app.vocabulary import Medium
from jobs import SLICE, texts

A_CHUNK_TAKES = 1.0
"""Seconds that a chunk should take: what was asked of the gate may be otherwise after that."""


def send() -> None:
    """Settle what the dead left behind, then send due messages in chunks for a few seconds at most."""
    ends = monotonic() + SLICE
    mine = _journal()
    settle(mine)
    with Sender(mine) as sender:
        while monotonic() < ends:
            if sender.send() is None:
                return
    queue.wake_now("jobs.messages.send")


def settle(mine: Journal) -> None:
    """Settle what dead senders and this one left behind; journals that say nothing any more are deleted."""
    with transaction() as session:
        recovery.recover(session, mine.name)
    mine.settle()
    old = journal.dead()
    if old:
        with transaction() as session:
            settled = recovery.needless(session, old)
        journal.forget(settled)


class Sender:
    """Sends chunk after chunk, over lines that are kept open between them."""

    def __init__(self, journal: Journal, channel: Channel | None = None, write: Write | None = None) -> None:
        self._journal = journal
        self._channel: Channel = channel or plugins.discover("app.channels")["smtp"]
        self._write = write or compose.render
        self._lines = ExitStack()
        self._line: Connection[Mail] | None = None
        self._texts: dict[int, tuple[Texts, Account]] = {}
        """The line to each shop's provider of text messages."""
        self._chunk = outbox.CHUNK

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._lines.close()

    def send(self) -> int | None:
        """Send a chunk; returns how many messages were dealt with, None when nothing was due."""
        began = monotonic()
        with transaction() as session:
            ids = outbox.claim(session, self._journal.name, self._chunk)
        if not ids:
            return None
        with transaction() as session:
            ready = sending.prepare(session, self._journal.name, ids, facts.gather)
        self._journal.prepared()
        results = self._deliver(ready) if ready else []
        with transaction() as session:
            outbox.record(session, results)
        self._journal.settle()
        self._chunk = outbox.next_chunk(self._chunk, A_CHUNK_TAKES / max(0.001, monotonic() - began))
        return len(results)

    def _deliver(self, ready: Sequence[Ready]) -> list[Result]:
        """Send what is ready: mails first, for texts go through providers that may be slow."""
        mails, by_shop = list[Ready](), defaultdict[int, list[Ready]](list)
        for item in ready:
            is_text = item.message.medium is Medium.SMS
            (by_shop[item.message.shop_id] if is_text else mails).append(item)
        results = self._mail(mails) if mails else []
        for shop_id, those in by_shop.items():
            results += self._text(shop_id, those)
        return results

    def _mail(self, ready: Sequence[Ready]) -> list[Result]:
        if self._line is None:
            try:
                self._line = self._lines.enter_context(self._channel.connect())
            except SendError as error:
                return sending.put_off(ready, error)
        return sending.deliver(ready, self._journal, self._line, self._write)

    def _text(self, shop_id: int, ready: Sequence[Ready]) -> list[Result]:
        if shop_id not in self._texts:
            try:
                line, account = texts.line(shop_id)
            except SendError as error:
                return sending.put_off(ready, error)
            self._texts[shop_id] = self._lines.enter_context(line), account
        line, account = self._texts[shop_id]
        write = partial(compose.text, hears_replies=account.chosen.hears_replies)
        results = sending.deliver(ready, self._journal, line, write)
        if line.is_refused:
            del self._texts[shop_id]
            texts.refuse(shop_id)
        return results


@cache
def _journal() -> Journal:
    return Journal()
