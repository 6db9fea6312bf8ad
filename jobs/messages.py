"""Send what may be sent."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from contextlib import ExitStack
from functools import cache, partial
from math import inf
from operator import itemgetter
from time import monotonic
from typing import Self

from sqlalchemy.orm import Session

from app.channels import smtp
from app.channels.base import Channel, Connection, Mail, SendError
from app.channels.push import Pushes
from app.channels.server import Server
from app.channels.sms.line import Texts
from app.flows import arbiter
from app.lib import plugins, queue
from app.lib.db import transaction
from app.messages.dispatch import journal, outbox, recovery, sending
from app.messages.dispatch.journal import Journal
from app.messages.dispatch.sending import Delivered, Ready, Write
from app.messages.documents import compose
from app.messages.letters.letter import Letter
from app.messages.providers import accounts, spending
from app.messages.providers.spending import Purse
from app.messages.providers.ways import Way
from app.messages.whatsapp import writing
from app.shops.texting import Account
from app.vocabulary import Medium
from jobs import SLICE, texts
from jobs.standing import Standing

Carrier = tuple[int, Medium]
"""Whose texts, and which."""
A_CHUNK_TAKES = 1.0
"""Seconds that a chunk should take: what was asked of the gate may be otherwise after that."""
A_TURN = 5.0
"""Seconds of a chunk for a merchant's own mail server, and for push services: the rest waits behind them."""


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
        self._open: dict[Server | None, Connection[Mail]] = {}
        """The lines to mail servers; None: the operator's."""
        self._texts: dict[Carrier, tuple[Texts, Account]] = {}
        """The line to each shop's provider of text messages, and to WhatsApp."""
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
            ready = sending.prepare(session, self._journal.name, ids, arbiter.judge)
        self._journal.prepared()
        mails, pushes, carried = list[Ready](), list[Ready](), defaultdict[Carrier, list[Ready]](list)
        for item in ready:
            message = item.message
            if message.medium is Medium.PUSH:
                pushes.append(item)
            elif message.medium is Medium.EMAIL:
                mails.append(item)
            else:
                carried[message.shop_id, message.medium].append(item)
        delivered = [(group, self._mail(group[0].way, group)) for group in _by_way(mails)]
        delivered += [(those, self._text(carrier, those)) for carrier, those in carried.items()]
        if pushes:  # which may be slow, as texts are
            ends = monotonic() + A_TURN
            with Standing(pushes) as stands:
                told = sending.deliver(pushes, self._journal, Pushes(), compose.push, ends, stands=stands)
            delivered.append((pushes, told))
        with transaction() as session:
            for _, told in delivered:
                outbox.record(session, told.results)
            _account_for(session, delivered)
        self._journal.settle()
        self._chunk = outbox.next_chunk(self._chunk, A_CHUNK_TAKES / max(0.001, monotonic() - began))
        return len(ready)

    def _mail(self, way: Way | None, ready: Sequence[Ready]) -> Delivered:
        server = way.server if way else None
        try:
            line = self._line(server)
        except SendError as error:
            return sending.put_off(ready, error)
        write, ends = self._write, inf
        if way is not None and server is not None:
            write, ends = partial(_write_from, way, self._write), monotonic() + A_TURN
        with Standing(ready) as stands:
            return sending.deliver(ready, self._journal, line, write, ends, stands=stands)

    def _line(self, server: Server | None) -> Connection[Mail]:
        """Return an open line to a merchant's mail server, or to the operator's; raises SendError."""
        if server not in self._open:
            line = self._channel.connect() if server is None else smtp.connect_to(server)
            self._open[server] = self._lines.enter_context(line)
        return self._open[server]

    def _text(self, carrier: Carrier, ready: Sequence[Ready]) -> Delivered:
        if carrier not in self._texts:
            try:
                line, account = texts.line(*carrier)
            except SendError as error:
                return sending.put_off(ready, error)
            self._texts[carrier] = self._lines.enter_context(line), account
        line, account = self._texts[carrier]
        shop_id, medium = carrier
        write = (
            partial(writing.write, at=texts.desk(shop_id, [item.letter.to for item in ready]))
            if medium is Medium.WHATSAPP
            else partial(compose.text, hears_replies=account.chosen.hears_replies)
        )
        ends = monotonic() + A_TURN
        with Standing(ready) as stands:
            told = sending.deliver(ready, self._journal, line, write, ends, stands=stands)
        if told.away is not None:
            del self._texts[carrier]
            texts.rest(shop_id, account.provider, str(told.away))
        elif account.complaint is not None and told.went:
            del self._texts[carrier]
            texts.works(shop_id, account.provider)
        if line.is_refused:
            texts.refuse(shop_id, account.provider)
        return told


def _by_way(ready: Iterable[Ready]) -> list[list[Ready]]:
    """Put those together that go over one line; the operator's, which is the quickest, first."""
    groups: dict[tuple[int, Server | None], list[Ready]] = {}
    for item in ready:
        if item.way is not None:
            groups.setdefault((item.way.provider_id, item.way.server), []).append(item)
    return [groups[key] for key in sorted(groups, key=itemgetter(0))]


def _write_from(way: Way, write: Write, told: Letter) -> Mail:
    return sending.sent_by(write(told), told, way)


def _account_for(session: Session, delivered: Iterable[tuple[Sequence[Ready], Delivered]]) -> None:
    """Write down how much went over whom, and which providers took it."""
    spent: Counter[Purse] = Counter()
    for group, told in delivered:
        for item in group:
            if item.way is not None:
                spent[item.way.purse] += (item.message.id in told.went) - item.way.is_reserved
        way = group[0].way
        if way is None or way.server is None:
            continue
        if told.away is not None:
            accounts.rest(session, way.provider_id, str(told.away))
        elif told.went:
            accounts.works(session, [way.provider_id])
    spending.add(session, spent)


@cache
def _journal() -> Journal:
    return Journal()
