"""A mail server: where it is, how the line to it is protected, and how a line is opened."""

import smtplib
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import dataclass, field
from enum import StrEnum
from threading import Timer
from typing import Self
from urllib.parse import unquote, urlsplit

from app.channels.base import SendError
from app.channels.dkim import Signer
from app.channels.line import TIMEOUT
from app.channels.smtp_answers import brief
from app.lib.config import settings
from app.lib.http import is_public
from app.lib.words import merchant_sentence

CONNECTS_WITHIN, LETS_IN_WITHIN = 10.0, 20.0
"""Seconds that a server which a merchant named has for each word, and for letting us in: others wait."""
SUBMISSION = (25, 465, 587, 2465, 2525, 2587)
"""Where mail servers listen: at no other port may a merchant name one."""


class Security(StrEnum):
    """How a line is protected."""

    STARTTLS = "starttls"
    TLS = "tls"
    NONE = "none"
    """Only inside, where the operator allows it."""


PORTS = {Security.NONE: 25, Security.STARTTLS: 587, Security.TLS: 465}
READY = 220
SCHEMES = {"smtp": Security.NONE, "smtp+starttls": Security.STARTTLS, "smtps": Security.TLS}


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """Where mail is handed in, and what it is signed with before."""

    host: str
    port: int
    security: Security
    user: str = ""
    password: str = field(default="", repr=False)
    is_guarded: bool = False
    """A merchant named it: only a public address will do, unless the operator allows this name."""
    signer: Signer | None = None

    @classmethod
    def at(cls, url: str) -> Self:
        """Read smtp://, smtp+starttls:// or smtps://user:password@host:port; raises SendError."""
        parts = urlsplit(url)
        try:
            security = SCHEMES[parts.scheme]
            port = parts.port or PORTS[security]
        except (KeyError, ValueError) as error:  # another scheme, or a port that is no number
            raise _strange() from error
        if not parts.hostname:
            raise _strange()
        user, password = unquote(parts.username or ""), unquote(parts.password or "")
        return cls(host=parts.hostname, port=port, security=security, user=user, password=password)

    @property
    def may_be_inside(self) -> bool:
        """Whether it may have a private address."""
        return not self.is_guarded or self.host.lower() in settings().inside_mail_hosts


UNHEARD = (OSError, smtplib.SMTPException, ValueError)
"""What smtplib raises where no line comes about: the last for letters or a challenge that it cannot write."""


class NotPublic(OSError):
    """The name leads to an address inside a private network."""


class Client(smtplib.SMTP):
    """An SMTP client that connects to the very address that was checked, and can be made to hang up."""

    def __init__(self, server: Server) -> None:
        seconds = CONNECTS_WITHIN if server.is_guarded else TIMEOUT
        super().__init__(local_hostname=urlsplit(settings().url).hostname, timeout=seconds)
        self._server = server
        self._host = server.host  # whose certificate smtplib wants after STARTTLS
        self._spare: socket.socket | None = None
        """Another handle of the connection: TLS takes the first one away for itself."""

    @contextmanager
    def within(self, seconds: float) -> Iterator[None]:
        """Hang up on a server that has not done by then: each word in time may be one of thousands."""
        timer = Timer(seconds, self._hang_up)
        timer.daemon = True
        timer.start()
        try:
            yield
        finally:
            timer.cancel()

    def close(self) -> None:
        """Close the line."""
        super().close()
        if self._spare is not None:
            self._spare.close()

    def _hang_up(self) -> None:
        if self._spare is not None:
            with suppress(OSError):
                self._spare.shutdown(socket.SHUT_RDWR)

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        reached = _reach(host, port, timeout, anywhere=self._server.may_be_inside)
        self._spare = reached.dup()
        if self._server.security is Security.TLS:
            return ssl.create_default_context().wrap_socket(reached, server_hostname=host)
        return reached


def dial(server: Server) -> smtplib.SMTP:
    """Open a line, protected and signed in; raises SendError, which concerns everyone."""
    caller = Client(server)
    try:
        with caller.within(LETS_IN_WITHIN) if server.is_guarded else nullcontext():
            _enter(caller, server)
    except UNHEARD as error:
        caller.close()
        raise SendError(_cause(error), everyone=True) from error
    return caller


def _enter(caller: Client, server: Server) -> None:
    code, words = caller.connect(server.host, server.port)
    if code != READY:
        raise smtplib.SMTPConnectError(code, words)
    if server.security is Security.STARTTLS:
        caller.starttls(context=ssl.create_default_context())
    if server.user:
        caller.login(server.user, server.password)
    caller.ehlo_or_helo_if_needed()


def _reach(host: str, port: int, seconds: float, *, anywhere: bool) -> socket.socket:
    """Connect to a public address, which a second look-up cannot change; or to any, where that is allowed."""
    if anywhere:
        return socket.create_connection((host, port), seconds)
    found = [str(row[4][0]) for row in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]
    if not found or not all(map(is_public, found)):
        raise NotPublic
    return socket.create_connection((found[0], port), seconds)


WHY = {
    socket.gaierror: merchant_sentence("its name is not known"),
    ssl.SSLCertVerificationError: merchant_sentence(
        "its certificate is not for this name, or nobody vouches for it"
    ),
    ssl.SSLError: merchant_sentence("it does not speak TLS at this port"),
    smtplib.SMTPServerDisconnected: merchant_sentence("it hung up without a word"),
    ConnectionRefusedError: merchant_sentence("nothing listens at this port"),
    TimeoutError: merchant_sentence("it did not answer in time"),
}
"""What an error means, as far as merchants can do something about it."""


def _cause(error: Exception) -> str:
    if isinstance(error, smtplib.SMTPResponseException):
        text = error.smtp_error
        return merchant_sentence(
            "sign-in: %(answer)s",
            answer=brief(error.smtp_code, text if isinstance(text, bytes) else text.encode()),
        )
    if isinstance(error, NotPublic):
        return merchant_sentence("its address is not a public one")
    if isinstance(error, UnicodeError):
        return merchant_sentence("sign-in: a mail server takes no such letters")
    known = (why for kind, why in WHY.items() if isinstance(error, kind))
    return merchant_sentence("the server cannot be reached: %(why)s", why=next(known, type(error).__name__))


def _strange() -> SendError:
    return SendError("DOORSTEP_SMTP_URL is not smtp://, smtp+starttls:// or smtps://", everyone=True)
