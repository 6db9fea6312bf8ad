"""One mail sent while the merchant looks on: every step, and what the server said to it, in its own words."""

import smtplib
import socket
import ssl
from collections.abc import Callable
from typing import NamedTuple

from app.channels import mime
from app.channels.base import Mail
from app.channels.server import READY, UNHEARD, Client, NotPublic, Security, Server
from app.lib import clock
from app.lib.words import merchant_sentence

LONGEST = 400
"""Characters of an answer that are shown."""
GO_ON, DONE = 354, 2
ENDS_AFTER = 60.0
"""Seconds for all of it."""
WHY = {
    NotPublic: merchant_sentence(
        "This name leads to an address inside a private network. Mail servers on the internet only."
    ),
    socket.gaierror: merchant_sentence("This name is not known. Is it spelled right?"),
    ssl.SSLCertVerificationError: merchant_sentence(
        "Its certificate is not for this name, or nobody vouches for it."
    ),
    ssl.SSLError: merchant_sentence("It does not speak TLS at this port. Try STARTTLS, or another port."),
    smtplib.SMTPNotSupportedError: merchant_sentence(
        "It offers no STARTTLS, or no way to sign in that we know."
    ),
    ConnectionRefusedError: merchant_sentence("Nothing listens at this port."),
    TimeoutError: merchant_sentence(
        "It did not answer in time. A firewall may be in between, or the port may be another."
    ),
    UnicodeError: merchant_sentence(
        "There are letters in its name, the user’s or the password that no mail server takes."
    ),
    ValueError: merchant_sentence("It asked for something that makes no sense."),
    smtplib.SMTPServerDisconnected: merchant_sentence("It hung up without a word."),
}
"""What an error means that the server itself said nothing about."""


class Step(NamedTuple):
    """One thing that we did, and what came back."""

    did: str
    said: str
    went: bool


def send(server: Server, mail: Mail) -> list[Step]:
    """Hand over one mail; returns every step up to the one that failed. Never raises."""
    talk = _Talk(server)
    try:
        with talk.caller.within(ENDS_AFTER):
            talk.hand_over(mail)
    except _Over:
        pass
    except UNHEARD as error:
        talk.steps.append(Step(talk.doing, _why(error), went=False))
    finally:
        talk.caller.close()
    return talk.steps


class _Over(Exception):
    """The server said no; that is among the steps."""


class _Talk:
    """A conversation, and what has been said so far."""

    def __init__(self, server: Server) -> None:
        self.steps: list[Step] = []
        self.doing = ""
        self.caller = Client(server)
        self._server = server

    def hand_over(self, mail: Mail) -> None:
        server, caller = self._server, self.caller
        self._do(
            merchant_sentence("Connect to %(server)s, port %(port)s", server=server.host, port=server.port),
            self._connect,
            READY,
        )
        self._do(merchant_sentence("Say hello"), caller.ehlo)
        if server.security is Security.STARTTLS:
            self._do(
                merchant_sentence("Protect the line"),
                lambda: caller.starttls(context=ssl.create_default_context()),
            )
            self._do(merchant_sentence("Say hello again"), caller.ehlo)
        if server.user:
            self._do(
                merchant_sentence("Sign in as %(user)s", user=server.user),
                lambda: caller.login(server.user, server.password),
            )
        sender = mime.address_of(mail.sender)
        written = mime.write(mail, clock.now())
        if server.signer:
            written = server.signer.sign(written, int(clock.now().timestamp()))
        self._do(merchant_sentence("Send from %(address)s", address=sender), lambda: caller.mail(sender))
        self._do(merchant_sentence("To %(address)s", address=mail.to), lambda: caller.rcpt(mail.to))
        self._do(merchant_sentence("Hand over the mail"), lambda: caller.data(written))
        caller.docmd("QUIT")

    def _connect(self) -> tuple[int, bytes]:
        return self.caller.connect(self._server.host, self._server.port)

    def _do(self, what: str, act: Callable[[], tuple[int, bytes]], wanted: int | None = None) -> None:
        self.doing = what
        code, words = act()
        went = code == wanted if wanted else code // 100 == DONE
        self.steps.append(Step(what, _said(code, words), went))
        if not went:
            raise _Over


def _why(error: Exception) -> str:
    if isinstance(error, smtplib.SMTPResponseException):
        words = error.smtp_error
        return _said(error.smtp_code, words if isinstance(words, bytes) else words.encode())
    known = (why for kind, why in WHY.items() if isinstance(error, kind))
    return next(known, None) or merchant_sentence(
        "It cannot be reached (%(error)s).", error=type(error).__name__
    )


def _said(code: int, words: bytes) -> str:
    return f"{code} {mime.one_line(words.decode(errors='replace'))}"[:LONGEST]
