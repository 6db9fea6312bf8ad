"""A mail server: where it is, how the line to it is protected, and how a line is opened."""

import smtplib
import socket
import ssl
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Self
from urllib.parse import unquote, urlsplit

from app.channels.base import SendError
from app.channels.dkim import Signer
from app.channels.line import TIMEOUT
from app.channels.smtp_answers import brief
from app.lib.config import settings
from app.lib.http import is_public

CONNECTS_WITHIN = 10.0
"""Seconds that a server which a merchant named has for letting us in: others wait behind it."""
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


class NotPublic(OSError):
    """The name leads to an address inside a private network."""


class _Client(smtplib.SMTP):
    """An SMTP client that connects to the very address that was checked."""

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        return _reach(host, port, timeout)


class _TlsClient(smtplib.SMTP_SSL):
    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        return self.context.wrap_socket(_reach(host, port, timeout), server_hostname=host)


def client(server: Server) -> smtplib.SMTP:
    """Return a client that is not connected yet."""
    name = urlsplit(settings().url).hostname
    seconds = CONNECTS_WITHIN if server.is_guarded else TIMEOUT
    if server.security is Security.TLS:
        tls = smtplib.SMTP_SSL if server.may_be_inside else _TlsClient
        return tls(local_hostname=name, timeout=seconds, context=ssl.create_default_context())
    plain = smtplib.SMTP if server.may_be_inside else _Client
    return plain(local_hostname=name, timeout=seconds)


def dial(server: Server) -> smtplib.SMTP:
    """Open a line, protected and signed in; raises SendError, which concerns everyone."""
    caller = client(server)
    try:
        caller._host = server.host  # type: ignore[attr-defined] # noqa: SLF001 - whose certificate it must be
        code, words = caller.connect(server.host, server.port)
        if code != READY:
            raise smtplib.SMTPConnectError(code, words)
        if server.security is Security.STARTTLS:
            caller.starttls(context=ssl.create_default_context())
        if server.user:
            caller.login(server.user, server.password)
        caller.ehlo_or_helo_if_needed()
    except (OSError, smtplib.SMTPException) as error:
        caller.close()
        raise SendError(_cause(error), everyone=True) from error
    return caller


def _reach(host: str, port: int, seconds: float) -> socket.socket:
    """Connect to a public address; a second look-up cannot change which."""
    found = [str(row[4][0]) for row in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]
    if not found or not all(map(is_public, found)):
        raise NotPublic
    return socket.create_connection((found[0], port), seconds)


def _cause(error: Exception) -> str:
    if isinstance(error, smtplib.SMTPResponseException):
        text = error.smtp_error
        return f"sign-in: {brief(error.smtp_code, text if isinstance(text, bytes) else text.encode())}"
    if isinstance(error, NotPublic):
        return "its address is not a public one"
    return f"the server cannot be reached: {type(error).__name__}"


def _strange() -> SendError:
    return SendError("DOORSTEP_SMTP_URL is not smtp://, smtp+starttls:// or smtps://", everyone=True)
