"""E-mail through any SMTP server, over several lines at once that are kept for many messages."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from typing import Self

from email_validator import EmailNotValidError, validate_email

from app.channels import mime
from app.channels.base import Channel, Mail, Outcome, SendError
from app.channels.line import Line, Sealed
from app.channels.receipts.base import Teller
from app.channels.server import Server, dial
from app.lib import addresses, clock, plugins
from app.lib.config import settings
from app.vocabulary import Medium

LINES = 4
"""How many connections one sender opens: more messages could be of unknown fate when it dies."""
MAILS_A_LINE = 10
"""How many messages are worth another line."""


class Lines:
    """Lines to one server, taken in turn; one that broke is opened again."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._teller = _teller_at(server.host)
        self._deadlines: dict[int, float] = {}
        self._most = LINES
        self._handed = 0
        self._turns = 0
        self._lines = [self._dial()]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for line in self._lines:
            if line.is_idle:
                line.close()
            else:
                line.hang_up()

    def send_all(
        self, mails: Iterable[tuple[int, Mail]], begin: Callable[[int], bool]
    ) -> Iterator[tuple[int, Outcome]]:
        """Hand over mails; yields what became of each."""
        unsent: deque[Sealed] = deque()
        for key, mail in mails:
            try:
                unsent.append(self._seal(key, mail))
            except SendError as error:
                yield key, error
            yield from self._post(unsent, begin)
        while any(not line.is_idle for line in self._lines):
            for line in self._lines:
                if not line.is_idle:
                    yield from line.step(None, begin)

    def _post(self, unsent: deque[Sealed], begin: Callable[[int], bool]) -> Iterator[tuple[int, Outcome]]:
        """Give what waits to the next line; to another where that one has broken meanwhile."""
        tries = 0
        while unsent:
            sealed, tries = unsent.popleft(), tries + 1
            try:
                line = self._next()
            except SendError as error:
                yield sealed.key, error
                continue
            yield from line.step(sealed, begin)
            if line.unsent is not None and tries > LINES:
                yield sealed.key, SendError("the line broke before the message was handed over")
            elif line.unsent is not None:
                unsent.append(line.unsent)

    def _next(self) -> Line:
        """Return the line whose turn it is; raises SendError where none can be opened."""
        self._handed += 1
        self._lines = [line for line in self._lines if line.is_open]
        if not self._lines:
            self._lines = [self._dial()]
        elif len(self._lines) < min(self._most, 1 + self._handed // MAILS_A_LINE):
            try:
                self._lines.append(self._dial())
            except SendError:  # it lets us in no more than so often
                self._most = len(self._lines)
        self._turns += 1
        return self._lines[self._turns % len(self._lines)]

    def _dial(self) -> Line:
        return Line(dial(self._server), self._deadlines)

    def _seal(self, key: int, mail: Mail) -> Sealed:
        address, is_utf8 = _mailbox(mail.to)
        if is_utf8 and not self._takes_utf8():
            raise SendError("the server does not take addresses with such letters", permanent=True)
        options = " SMTPUTF8 BODY=8BITMIME" if is_utf8 else ""
        mailed = mail if address == mail.to else replace(mail, to=address)
        if self._teller is not None and self._teller.headers is not None:
            mailed = replace(mailed, headers={**mail.headers, **self._teller.headers(mail.message_id)})
        written, signer = mime.write(mailed, clock.now()), self._server.signer
        return Sealed(
            key,
            f"MAIL FROM:<{mime.address_of(mail.sender)}>{options}\r\n".encode(),
            f"RCPT TO:<{address}>\r\n".encode(),
            _dotted(signer.sign(written, int(clock.now().timestamp())) if signer else written),
        )

    def _takes_utf8(self) -> bool:
        return self._next().takes_utf8


def connect() -> Lines:
    """Open a line to the server that the operator named."""
    return connect_to(Server.at(settings().smtp_url))


def connect_to(server: Server) -> Lines:
    """Open a line to any server; raises SendError(everyone=True)."""
    return Lines(server)


def _teller_at(host: str) -> Teller | None:
    """Return who will tell what became of mails that are handed in there."""
    tellers: dict[str, Teller] = plugins.discover("app.channels.receipts")
    return next((teller for teller in tellers.values() if host.lower().endswith(teller.hosts)), None)


def _mailbox(address: str) -> tuple[str, bool]:
    """Return an address as SMTP wants it, and whether that takes SMTPUTF8."""
    if addresses.is_plain(address):
        return address, False
    try:
        found = validate_email(
            address, check_deliverability=False, test_environment=True, globally_deliverable=False
        )
    except EmailNotValidError as error:
        raise SendError("the address is not one", permanent=True) from error
    return found.ascii_email or found.normalized, found.ascii_email is None


def _dotted(data: bytes) -> bytes:
    return data.replace(b"\r\n.", b"\r\n..") + b".\r\n"


PLUGIN = Channel(key="smtp", medium=Medium.EMAIL, connect=connect)
