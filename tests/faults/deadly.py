"""A worker that one message or one delivery kills: `python -m tests.faults.deadly send|drain NAME`."""

import os
import signal
import sys
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from typing import Self

from sqlalchemy.orm import Session

from app import intake
from app.channels.base import Channel, Mail, Outcome
from app.messages.dispatch.journal import Journal
from app.messages.documents import compose
from app.messages.letters.letter import Letter
from app.platforms import purchases
from app.shops.models import Shop
from app.vocabulary import Medium
from jobs import inbox, messages

NAME = sys.argv[2]
"""Of the order that nobody survives."""


class Taker:
    """A line that takes everything at once."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """Nothing is open."""

    def send_all(
        self, mails: Iterable[tuple[int, Mail]], begin: Callable[[int], bool]
    ) -> Iterator[tuple[int, Outcome]]:
        for key, mail in mails:
            if begin(key):
                print(mail.subject, flush=True)
                yield key, "taken"


def write(letter: Letter) -> Mail:
    if letter.order_name == NAME:
        os.kill(os.getpid(), signal.SIGKILL)
    return compose.render(letter)


def keep(session: Session, shop: Shop, record: purchases.Order, heard_at: datetime) -> None:
    if record.name == NAME:
        os.kill(os.getpid(), signal.SIGKILL)
    kept(session, shop, record, heard_at)


kept = intake.KEEPERS[purchases.Order]

if __name__ == "__main__":
    if sys.argv[1] == "send":
        with Journal() as journal:
            messages.settle(journal)
            with messages.Sender(
                journal, Channel(key="taker", medium=Medium.EMAIL, connect=Taker), write
            ) as sender:
                while sender.send() is not None:
                    pass
    else:
        intake.KEEPERS[purchases.Order] = keep
        inbox.drain()
