"""The demo's mail: an SMTP sink that keeps every message, and the table they lie in."""

import asyncio
import json
import os
import signal
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from email.utils import getaddresses
from pathlib import Path
from typing import Any

from aiosmtpd.smtp import SMTP, Envelope
from aiosmtpd.smtp import Session as Peer

from app.lib import clock

COLUMNS = ("id", "at", "sender", "recipients", "subject", "message_id", "headers", "text", "html")
SELECT = """
    SELECT id, at, sender, recipients, subject, message_id, headers, text, html FROM mail
    WHERE (? IS NULL OR id = ?) AND recipients || subject LIKE ? ORDER BY id DESC LIMIT ?
"""
COUNT = "SELECT count(*) FROM mail WHERE recipients || subject LIKE ?"
ALL = -1


class Sink:
    """Takes every message and answers 250 only once it is stored."""

    def __init__(self, store: Path) -> None:
        self._store = store

    async def handle_DATA(self, server: SMTP, session: Peer, envelope: Envelope) -> str:  # noqa: ARG002, N802
        """Keep one message."""
        content = envelope.content if isinstance(envelope.content, bytes) else str(envelope.content).encode()
        await asyncio.to_thread(keep, self._store, list(envelope.rcpt_tos), content)
        return "250 kept"


def keep(store: Path, recipients: list[str], content: bytes) -> None:
    """Parse and store one message as it came over the wire."""
    message = BytesParser(_class=EmailMessage, policy=policy.default).parsebytes(content)
    addresses = [address for _, address in getaddresses(message.get_all("to", []))]
    row = (
        clock.now().isoformat(),
        str(message["from"] or ""),
        json.dumps(addresses or recipients),
        str(message["subject"] or ""),
        str(message["message-id"] or ""),
        json.dumps([[name, str(value)] for name, value in message.items()]),
        _part(message, "plain"),
        _part(message, "html"),
    )
    with opened(store) as table:
        table.execute(
            "INSERT INTO mail (at, sender, recipients, subject, message_id, headers, text, html)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            row,
        )


def mails(
    store: Path, *, search: str = "", only: int | None = None, at_most: int = ALL
) -> list[dict[str, Any]]:
    """Return stored mails, newest first, as the viewer and its JSON show them."""
    with opened(store) as table:
        rows = table.execute(SELECT, (only, only, f"%{search}%", at_most)).fetchall()
    return [_shown(dict(zip(COLUMNS, row, strict=True))) for row in rows]


def count(store: Path, *, search: str = "") -> int:
    """Tell how many mails match a search."""
    with opened(store) as table:
        return int(table.execute(COUNT, (f"%{search}%",)).fetchone()[0])


@contextmanager
def opened(store: Path) -> Iterator[sqlite3.Connection]:
    """Open the table of mails for one transaction."""
    with closing(sqlite3.connect(store, timeout=20)) as table, table:
        table.execute("PRAGMA journal_mode = WAL")
        table.execute(
            "CREATE TABLE IF NOT EXISTS mail (id INTEGER PRIMARY KEY, at TEXT, sender TEXT, recipients TEXT,"
            " subject TEXT, message_id TEXT, headers TEXT, text TEXT, html TEXT)"
        )
        yield table


def _shown(row: dict[str, Any]) -> dict[str, Any]:
    recipients, headers = json.loads(row.pop("recipients")), json.loads(row.pop("headers"))
    return {"to": recipients, "from": row.pop("sender"), "headers": headers, **row}


def _part(message: EmailMessage, kind: str) -> str:
    part = message.get_body((kind,))
    return str(part.get_content()) if part is not None else ""


async def _serve(store: Path, port: int) -> None:
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: SMTP(Sink(store), enable_SMTPUTF8=True), "127.0.0.1", port)
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    async with server:
        await stop.wait()


def main() -> None:
    """Serve SMTP on DEMO_SMTP_PORT until told to stop."""
    asyncio.run(_serve(Path(os.environ["DEMO_MAIL"]), int(os.environ["DEMO_SMTP_PORT"])))


if __name__ == "__main__":
    main()
