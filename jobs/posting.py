"""A mail to the merchant's own people, sent as their shoppers' mails are: from their own address."""

import hashlib
from collections.abc import Callable
from html import escape

from app.channels import smtp
from app.channels.base import Mail, Outcome, SendError
from app.channels.mime import address_of
from app.channels.server import Server
from app.lib.config import settings
from app.lib.db import transaction
from app.listeners.base import Letter
from app.messages.providers import accounts, spending, ways
from app.messages.providers.ways import NoWay
from app.shops.models import Shop

SENDER = "Doorstep"


def post(letter: Letter, key: str, shop_id: int) -> str:
    """Send a mail and return what the server said; raises SendError. The same key has the same Message-ID.

    Where the merchant's server refuses for reasons of its own, the next try goes over another.
    """
    return carry(shop_id, lambda address: _written(letter, key, address))


def post_from_house(letter: Letter, key: str) -> str:
    """Send a mail over the operator's own server, and return what that said; raises SendError.

    No merchant reads along there: for what lets its reader into more than one shop.
    """
    outcome = _handed_over(_written(letter, key, address_of(settings().mail_from)), None)
    if isinstance(outcome, SendError):
        raise outcome
    return outcome


def carry(shop_id: int, write: Callable[[str], Mail]) -> str:
    """Send a mail that is written for the address it comes from; returns what the server said.

    Raises SendError.
    """
    with transaction() as session:
        way = ways.for_merchant(session, session.get_one(Shop, shop_id))
    if isinstance(way, NoWay):
        raise SendError(way.said)
    outcome = _handed_over(write(way.sender or address_of(settings().mail_from)), way.server)
    with transaction() as session:
        went = not isinstance(outcome, SendError) or outcome.unknown
        spending.add(session, {way.purse: went - way.is_reserved})
        if way.server is not None and isinstance(outcome, SendError) and outcome.everyone:
            accounts.rest(session, way.provider_id, str(outcome))
        elif way.server is not None and went:
            accounts.works(session, [way.provider_id])
    if isinstance(outcome, SendError):
        raise outcome
    return outcome


def _handed_over(mail: Mail, server: Server | None) -> Outcome:
    try:
        with smtp.connect() if server is None else smtp.connect_to(server) as line:
            ((_, outcome),) = line.send_all([(1, mail)], lambda _: True)
    except SendError as error:
        return error
    return outcome


def _written(letter: Letter, key: str, address: str) -> Mail:
    ident = hashlib.blake2b(key.encode(), digest_size=16).hexdigest()
    paragraphs = "".join(f"<p>{_lines(part)}</p>" for part in letter.text.split("\n\n"))
    return Mail(
        to=letter.to,
        sender=f"{SENDER} <{address}>",
        reply_to=None,
        subject=letter.subject,
        text=letter.text,
        html=f'<!doctype html><html lang="en"><body>{paragraphs}</body></html>',
        message_id=f"<{ident}@{address.rpartition('@')[2]}>",
    )


def _lines(part: str) -> str:
    """Return lines as HTML, addresses among them as links."""
    words = (
        f'<a href="{escape(word)}">{escape(word)}</a>' if word.startswith("https://") else escape(word)
        for line in part.split("\n")
        for word in (*line.split(" "), "\n")
    )
    return " ".join(words).strip().replace("\n", "<br>").removesuffix("<br>").strip()
