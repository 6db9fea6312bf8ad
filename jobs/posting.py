"""A mail to the merchant's own people, handed to the installation's mail server."""

import hashlib
from html import escape

from app.channels import smtp
from app.channels.base import Mail, SendError
from app.channels.mime import address_of
from app.lib.config import settings
from app.listeners.base import Letter

SENDER = "Doorstep"


def post(letter: Letter, key: str) -> str:
    """Send a mail and return what the server said; raises SendError. The same key has the same Message-ID."""
    address = address_of(settings().mail_from)
    ident = hashlib.blake2b(key.encode(), digest_size=16).hexdigest()
    paragraphs = "".join(f"<p>{_lines(part)}</p>" for part in letter.text.split("\n\n"))
    mail = Mail(
        to=letter.to,
        sender=f"{SENDER} <{address}>",
        reply_to=None,
        subject=letter.subject,
        text=letter.text,
        html=f'<!doctype html><html lang="en"><body>{paragraphs}</body></html>',
        message_id=f"<{ident}@{address.rpartition('@')[2]}>",
    )
    with smtp.connect() as line:
        ((_, outcome),) = line.send_all([(1, mail)], lambda _: True)
    if isinstance(outcome, SendError):
        raise outcome
    return outcome


def _lines(part: str) -> str:
    """Return lines as HTML, addresses among them as links."""
    words = (
        f'<a href="{escape(word)}">{escape(word)}</a>' if word.startswith("https://") else escape(word)
        for line in part.split("\n")
        for word in (*line.split(" "), "\n")
    )
    return " ".join(words).strip().replace("\n", "<br>").removesuffix("<br>").strip()
