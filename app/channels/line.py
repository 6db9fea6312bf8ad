"""One connection to an SMTP server, in which no answer is waited for that is not needed yet (RFC 2920).

While one mail's bytes are taken, the next one's envelope goes out behind them: one round trip for a mail in
place of four. At most one mail of a line can be taken without our knowing it.
"""

import smtplib
import socket
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from time import monotonic

from app.channels.base import Outcome, SendError
from app.channels.smtp_answers import GO_ON, LATER, NEVER, TAKEN, brief, refusal

TIMEOUT = 30
"""Seconds for one answer."""
PATIENCE = 40
"""Seconds for one whole message: it must end before its lease does (dispatch.outbox.LAST_START)."""
LONGEST_ANSWER = 100_000
"""Bytes of one answer, whose every line is waited for."""

Told = Iterator[tuple[int, Outcome]]


@dataclass(frozen=True, slots=True)
class Sealed:
    """A mail as it goes over the line."""

    key: int
    mail_from: bytes
    rcpt_to: bytes
    data: bytes
    """With its final dot."""


class Broken(Exception):
    """The line is cut, or says nothing any more."""


class Line:
    """An open line; `step` sends what waits, and tells of what was sent before."""

    def __init__(self, client: smtplib.SMTP, deadlines: dict[int, float]) -> None:
        assert client.sock is not None
        self._client = client
        self._socket: socket.socket = client.sock
        self._pipelines = client.has_extn("pipelining")
        self.takes_utf8 = client.has_extn("smtputf8")
        self._heard = b""
        self._deadlines = deadlines
        """When the answer to each mail must be there whose bytes are out, of all lines of this process."""
        self._resets = 0
        self._staged: Sealed | None = None
        """Its envelope is out; the answers to it were not read."""
        self._begun: Sealed | None = None
        """Its bytes are out; the answer to them was not read."""
        self.unsent: Sealed | None = None
        """It was to go over this line, which broke before the server was asked."""
        self.is_open = True

    @property
    def is_idle(self) -> bool:
        """Whether there is nothing left to tell."""
        return self._staged is None and self._begun is None

    def step(self, following: Sealed | None, begin: Callable[[int], bool]) -> Told:
        """Tell what became of the mail before the last, let the last one's bytes go, stage the next one."""
        try:
            yield from self._hear()
            yield from self._let_go(following, begin)
        except Broken:
            self.unsent = following
            yield from self._tell_broken()

    def close(self) -> None:
        """Say goodbye, if anybody still listens."""
        if self.is_open:
            try:
                self._socket.settimeout(1)
                self._client.quit()
            except (OSError, smtplib.SMTPException):
                pass
        self.hang_up()

    def hang_up(self) -> None:
        """Close without a word."""
        self._client.close()
        self.is_open = False

    def _hear(self) -> Told:
        """Read the answer to the mail whose bytes are out."""
        begun = self._begun
        if begun is None:
            return
        code, words = self._answer()
        self._forget_begun()
        if code // 100 == TAKEN:
            yield begun.key, brief(code, words)
        elif code // 100 in (LATER, NEVER):
            error = refusal("message", code, words)
            yield begun.key, error
            if error.everyone:
                raise Broken  # else nothing is to be reset: its dot has ended it, and the next one is out
        else:
            self.hang_up()
            yield begun.key, SendError("the answer makes no sense", unknown=True)
            raise Broken

    def _let_go(self, following: Sealed | None, begin: Callable[[int], bool]) -> Told:
        staged = self._staged
        if staged is not None:
            refused = self._ask(staged)
            if refused is not None:
                self._staged = None
                yield staged.key, refused
                if refused.everyone:
                    raise Broken
                self._reset()
            elif not begin(staged.key):  # there is no way to take it back but to leave
                self._staged = None
                raise Broken
            else:
                self._begun, self._staged = staged, None
                self._deadlines[staged.key] = monotonic() + PATIENCE
        self._send(self._begun, following)
        self._staged = following

    def _ask(self, staged: Sealed) -> SendError | None:
        """Return why the server does not want this mail; None: it waits for its bytes."""
        refused = None
        for what, command in (("MAIL", staged.mail_from), ("RCPT", staged.rcpt_to), ("DATA", b"DATA\r\n")):
            if not self._pipelines:
                if refused:
                    break
                self._write(command)
            code, words = self._answer()
            wanted = GO_ON if what == "DATA" else TAKEN
            if code // 100 != wanted and refused is None:
                refused = refusal(what, code, words)
                if refused.everyone:
                    break
            elif refused and what == "DATA" and code // 100 == GO_ON:  # it takes a mail for nobody
                self._write(b".\r\n")
                self._answer()
        return refused

    def _reset(self) -> None:
        """Forget what was said of a mail that was refused."""
        self._write(b"RSET\r\n")
        if self._pipelines:
            self._resets += 1
        elif self._answer()[0] // 100 != TAKEN:
            raise Broken

    def _send(self, begun: Sealed | None, following: Sealed | None) -> None:
        """Send the bytes of one mail, and the envelope of the next behind them."""
        envelope = b""
        if following and self._pipelines:
            envelope = following.mail_from + following.rcpt_to + b"DATA\r\n"
        if begun is None:
            self._write(envelope)
            return
        sent = 0
        try:
            for sent in self._written(begun.data + envelope):  # noqa: B007 - read when it fails
                pass
        except Broken:
            if sent < len(begun.data):  # its end cannot have been heard
                self._forget_begun()
                self._staged = begun
            raise

    def _write(self, data: bytes) -> None:
        for _ in self._written(data):
            pass

    def _written(self, data: bytes) -> Iterator[int]:
        """Send bytes, telling after each try how many have gone."""
        rest = memoryview(data)
        while rest:
            self._allow()
            try:
                rest = rest[self._socket.send(rest) :]
            except OSError as error:
                raise Broken from error
            yield len(data) - len(rest)

    def _answer(self) -> tuple[int, bytes]:
        """Return the next answer's code and words, of its last line; raises Broken."""
        while self._resets:
            self._resets -= 1
            if self._next()[0] // 100 != TAKEN:
                raise Broken
        return self._next()

    def _next(self) -> tuple[int, bytes]:
        total = 0
        while True:
            line = self._line()
            total += len(line)
            if total > LONGEST_ANSWER:
                raise Broken
            if line[3:4] != b"-":
                return int(line[:3]) if line[:3].isdigit() else 0, line[4:]

    def _line(self) -> bytes:
        while (end := self._heard.find(b"\n")) < 0:
            self._allow()
            try:
                more = self._socket.recv(8192)
            except OSError as error:
                raise Broken from error
            if not more or len(self._heard) > LONGEST_ANSWER:
                raise Broken
            self._heard += more
        line, self._heard = self._heard[:end], self._heard[end + 1 :]
        return line.strip()

    def _allow(self) -> None:
        """Wait for an answer, but let no mail that is out wait for longer than its lease allows."""
        left = min(self._deadlines.values(), default=monotonic() + TIMEOUT) - monotonic()
        self._socket.settimeout(max(0.1, min(TIMEOUT, left)))

    def _forget_begun(self) -> None:
        if self._begun is not None:
            del self._deadlines[self._begun.key]
            self._begun = None

    def _tell_broken(self) -> Told:
        self.hang_up()
        begun, staged, self._staged = self._begun, self._staged, None
        self._forget_begun()
        if begun:
            yield begun.key, SendError("the line broke before the answer came", unknown=True)
        if staged:
            yield staged.key, SendError("the line broke before the message was handed over")
