"""E-mail through any SMTP server; which of its answers concern one message, and which all of them."""

import re
import smtplib
import ssl
from dataclasses import dataclass, replace
from time import monotonic
from typing import Self
from urllib.parse import unquote, urlsplit

from email_validator import EmailNotValidError, validate_email

from app.channels import mime
from app.channels.base import Channel, Mail, SendError
from app.lib import clock
from app.lib.config import settings
from app.vocabulary import Medium

TIMEOUT = 30
"""Seconds for one answer."""
PATIENCE = 40
"""Seconds for one whole message: it must end before its lease does (app.messages.outbox.LAST_START)."""
PORTS = {"smtp": 25, "smtp+starttls": 587, "smtps": 465}

TAKEN, GO_ON, LATER, NEVER = 2, 3, 4, 5
"""First digits of answers."""
CLOSING = 421
SIGN_IN_FIRST = (530, 534, 535, 538)
TOO_LARGE = 552
NOT_AUTHENTIC = "5.7.515"
"""Outlook.com: our own domain fails SPF, DKIM or DMARC; the merchant has DNS to mend."""
NO_MAILBOX = ("550", "551", "553")
NO_MAILBOX_ENHANCED = ("5.1.1", "5.1.2", "5.1.3", "5.1.6", "5.1.10", "5.2.1")
"""What tells that an address is dead, where other refusals are about our reputation, or a full mailbox."""
ENHANCED = re.compile(rb"[245]\.\d{1,3}\.\d{1,3}\b")


@dataclass(frozen=True, slots=True)
class Server:
    """Where mail is handed in."""

    scheme: str
    host: str
    port: int
    user: str
    password: str

    @classmethod
    def at(cls, url: str) -> Self:
        """Read smtp://, smtp+starttls:// or smtps://user:password@host:port; raises SendError."""
        parts = urlsplit(url)
        try:
            port = parts.port or PORTS[parts.scheme]
        except (KeyError, ValueError):  # another scheme, or a port that is no number
            port = 0
        if not port or not parts.hostname:
            raise SendError("DOORSTEP_SMTP_URL is not smtp://, smtp+starttls:// or smtps://", everyone=True)
        user, password = unquote(parts.username or ""), unquote(parts.password or "")
        return cls(parts.scheme, parts.hostname, port, user, password)


class Line:
    """An open line to the server; opened again where it broke on the message before."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._client: smtplib.SMTP | None = _dial(server)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._client is not None:
            try:
                self._client.quit()
            except (OSError, smtplib.SMTPException):
                self._hang_up()

    def send(self, mail: Mail) -> str:
        """Hand over one mail; returns the server's last answer."""
        address, is_utf8 = _mailbox(mail.to)
        client = self._client = self._client or _dial(self._server)
        if is_utf8 and not client.has_extn("smtputf8"):
            raise SendError("the server does not take addresses with such letters", permanent=True)
        client.command_encoding = "utf-8"
        options = " SMTPUTF8 BODY=8BITMIME" if is_utf8 else ""
        data = _dotted(mime.write(replace(mail, to=address), clock.now()))
        until = monotonic() + PATIENCE
        try:
            self._say(client, until, "MAIL", f"FROM:<{mime.address_of(mail.sender)}>{options}")
            self._say(client, until, "RCPT", f"TO:<{address}>")
            self._say(client, until, "DATA")
            client.send(data)
        except smtplib.SMTPException as error:
            self._hang_up()
            raise SendError("the line broke before the message was handed over") from error
        return self._hear(client, until)

    def _say(self, client: smtplib.SMTP, until: float, command: str, rest: str = "") -> None:
        _allow(client, until)
        code, answer = client.docmd(command, rest)
        if code // 100 != (GO_ON if command == "DATA" else TAKEN):
            raise self._refused(client, command, code, answer)

    def _hear(self, client: smtplib.SMTP, until: float) -> str:
        """Return the answer to a message that was handed over whole."""
        _allow(client, until)
        try:
            code, answer = client.getreply()
        except smtplib.SMTPException as error:
            self._hang_up()
            raise SendError("the line broke before the answer came", unknown=True) from error
        if code // 100 == TAKEN:
            return _brief(code, answer)
        if code // 100 not in (LATER, NEVER):
            self._hang_up()
            raise SendError("the answer makes no sense", unknown=True)
        raise self._refused(client, "message", code, answer)

    def _refused(self, client: smtplib.SMTP, what: str, code: int, answer: bytes) -> SendError:
        error = _refusal(what, code, answer)
        try:
            if error.everyone or client.rset()[0] // 100 != TAKEN:
                self._hang_up()
        except (OSError, smtplib.SMTPException):
            self._hang_up()
        return error

    def _hang_up(self) -> None:
        if self._client is not None:
            self._client.close()
            self._client = None


def connect() -> Line:
    """Open a line to the server that the operator named."""
    return Line(Server.at(settings().smtp_url))


def _dial(server: Server) -> smtplib.SMTP:
    name = urlsplit(settings().url).hostname
    client: smtplib.SMTP | None = None
    try:
        if server.scheme == "smtps":
            tls = ssl.create_default_context()
            client = smtplib.SMTP_SSL(server.host, server.port, name, timeout=TIMEOUT, context=tls)
        else:
            client = smtplib.SMTP(server.host, server.port, name, timeout=TIMEOUT)
        if server.scheme == "smtp+starttls":
            client.starttls(context=ssl.create_default_context())
        if server.user:
            client.login(server.user, server.password)
        client.ehlo_or_helo_if_needed()
    except (OSError, smtplib.SMTPException) as error:
        if client is not None:
            client.close()
        raise SendError(_cause(error), everyone=True) from error
    return client


def _mailbox(address: str) -> tuple[str, bool]:
    """Return an address as SMTP wants it, and whether that takes SMTPUTF8."""
    try:
        found = validate_email(
            address, check_deliverability=False, test_environment=True, globally_deliverable=False
        )
    except EmailNotValidError as error:
        raise SendError("the address is not one", permanent=True) from error
    return found.ascii_email or found.normalized, found.ascii_email is None


def _refusal(what: str, code: int, answer: bytes) -> SendError:
    brief = _brief(code, answer)
    is_final = code // 100 == NEVER
    is_ours = code == CLOSING or code in SIGN_IN_FIRST or NOT_AUTHENTIC in brief
    if what == "MAIL" and is_final and code != TOO_LARGE:
        is_ours = True  # it refuses the sender, who is the same for all
    is_theirs = what == "RCPT" and (brief in NO_MAILBOX or brief[4:] in NO_MAILBOX_ENHANCED)
    return SendError(
        f"{what}: {brief}", permanent=is_final and not is_ours, everyone=is_ours, bad_address=is_theirs
    )


def _brief(code: int, answer: bytes) -> str:
    """Return an answer without its words, which often repeat the address."""
    enhanced = ENHANCED.match(answer)
    return f"{code} {enhanced[0].decode()}" if enhanced else str(code)


def _cause(error: Exception) -> str:
    if isinstance(error, smtplib.SMTPResponseException):
        text = error.smtp_error
        return f"sign-in: {_brief(error.smtp_code, text if isinstance(text, bytes) else text.encode())}"
    return f"the server cannot be reached: {type(error).__name__}"


def _allow(client: smtplib.SMTP, until: float) -> None:
    if client.sock is not None:
        client.sock.settimeout(max(0.1, min(TIMEOUT, until - monotonic())))


def _dotted(data: bytes) -> bytes:
    return data.replace(b"\r\n.", b"\r\n..") + b".\r\n"


PLUGIN = Channel(key="smtp", medium=Medium.EMAIL, connect=connect)
