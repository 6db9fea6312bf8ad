"""A mail as the bytes that SMTP carries, written by hand: EmailMessage takes a hundred times as long.

It also encodes every unbroken value of more than 78 characters, and with it the one-click address of
List-Unsubscribe, which then no mailbox provider can read.
"""

import re
from binascii import b2a_base64
from datetime import datetime
from email.header import Header
from email.utils import format_datetime
from functools import lru_cache

from app.channels.base import Mail

BOUNDARY = "=_doorstep"
"""Cannot occur in a part: base64 has no underscore."""
LINE = 76
BREAKS = re.compile(r"[\x00-\x20\x7f-\x9f\u2028\u2029]+")
ATOMS = re.compile(r"[\w!#$%&'*+/=?^`{|}~ -]*", re.ASCII)
"""What a name may be made of without quotes."""

HEAD = (
    "From: {sender}\r\n"
    "To: {to}\r\n"
    "Subject: {subject}\r\n"
    "Date: {date}\r\n"
    "Message-ID: {message_id}\r\n"
    "{more}"
    "Auto-Submitted: auto-generated\r\n"
    "MIME-Version: 1.0\r\n"
    f'Content-Type: multipart/alternative; boundary="{BOUNDARY}"\r\n'
    "\r\n"
)
PART = (
    f"--{BOUNDARY}\r\nContent-Type: text/{{kind}}; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n"
)
TEXT = PART.format(kind="plain").encode()
HTML = PART.format(kind="html").encode()
END = f"--{BOUNDARY}--\r\n".encode()


def write(mail: Mail, date: datetime) -> bytes:
    """Return a mail as bytes with CRLF line ends; nothing in its words can add or end a header."""
    more = {"Reply-To": mail.reply_to, **mail.headers} if mail.reply_to else mail.headers
    head = HEAD.format(
        sender=_mailbox(mail.sender),
        to=one_line(mail.to),
        subject=_words(one_line(mail.subject), "Subject: "),
        date=_written(date.replace(microsecond=0)),
        message_id=one_line(mail.message_id),
        more="".join(f"{name}: {one_line(value)}\r\n" for name, value in more.items()),
    )
    return b"".join((head.encode(errors="replace"), TEXT, _base64(mail.text), HTML, _base64(mail.html), END))


def address_of(sender: str) -> str:
    """Return the bare address of a sender."""
    return sender.rpartition("<")[2].removesuffix(">")


def one_line(value: str) -> str:
    """Return a value without line breaks or other control characters, each run of them a space."""
    return BREAKS.sub(" ", value).strip()


@lru_cache(maxsize=1024)
def _mailbox(sender: str) -> str:
    name = one_line(sender.rpartition("<")[0])
    phrase = _words(name, "From: ")
    if phrase is name and not ATOMS.fullmatch(name):
        phrase = '"' + name.replace("\\", r"\\").replace('"', r"\"") + '"'
    return f"{phrase} <{address_of(one_line(sender))}>"


@lru_cache(maxsize=8)
def _written(date: datetime) -> str:
    return format_datetime(date)


def _words(line: str, header: str) -> str:
    """Return a line as it may stand in a header: itself, or folded into encoded words (RFC 2047)."""
    if len(header) + len(line) <= LINE and line.isascii() and "=?" not in line:
        return line
    return Header(line, "utf-8", maxlinelen=LINE, header_name=header).encode(linesep="\r\n")


def _base64(text: str) -> bytes:
    """Return a part's lines; encodebytes takes twice as long."""
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    coded = b2a_base64(text.replace("\n", "\r\n").encode(errors="replace"), newline=False)
    lines = [coded[start : start + LINE] for start in range(0, len(coded), LINE)]
    return b"\r\n".join([*lines, b""])
