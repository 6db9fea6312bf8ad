"""What every channel is handed, and how it says that it could not send."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Protocol, Self, TypeVar

from app.channels.sms.segments import measure
from app.lib.reading import Json
from app.vocabulary import Medium


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    """One rendered message, ready to go."""

    to: str
    sender: str
    """"Ridge & Pine <orders@shop.example>", not encoded."""
    reply_to: str | None
    subject: str
    text: str
    html: str
    message_id: str
    """With angle brackets; the same on every try."""
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Filled:
    """A template that WhatsApp approved, filled for one reader."""

    name: str
    language: str
    components: tuple[Json, ...]
    """Its values, as the Cloud API wants them."""
    words: str
    """What it says with them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """One text message, ready to go."""

    to: str
    """E.164."""
    words: str
    ref: str
    """What a receipt names it by; the same on every try."""
    medium: Medium = Medium.SMS
    template: Filled | None = None
    """WhatsApp: in which template it says its words; None: freely, in answer to its reader."""

    @property
    def subject(self) -> str:
        """What is kept of it as sent: its words."""
        return self.words

    @property
    def segments(self) -> int | None:
        """How many messages it is paid as; None where it is paid by other rules."""
        return measure(self.words).segments if self.medium is Medium.SMS else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Browser:
    """Where a browser is reached, and the keys that only it can read with."""

    endpoint: str
    key: bytes
    auth: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Push:
    """One browser notification, ready to go."""

    to: Browser
    title: str
    words: str
    url: str
    """Where a tap on it leads."""
    ref: str
    """The same on every try: a browser shows the later one in place of the former."""

    @property
    def subject(self) -> str:
        """What is kept of it as sent."""
        return self.words


Sent = TypeVar("Sent", Mail, Text, Push)
Taken_contra = TypeVar("Taken_contra", Mail, Text, Push, contravariant=True)


class SendError(Exception):
    """The channel did not take the message; the sentence holds no personal data."""

    def __init__(
        self,
        reason: str,
        *,
        permanent: bool = False,
        unknown: bool = False,
        everyone: bool = False,
        bad_address: bool = False,
    ) -> None:
        super().__init__(reason)
        self.permanent = permanent
        """Trying again is useless."""
        self.unknown = unknown
        """The message may have been taken: the connection broke after it was handed over."""
        self.everyone = everyone
        """It is the channel that fails, not this message: the rest of the chunk would fail too."""
        self.bad_address = bad_address
        """No mailbox is there: the address should not be written to again."""


Outcome = str | SendError
"""The channel's own id or answer, or why it did not take the message."""


class Connection(Protocol[Taken_contra]):
    """An open line to the channel; close it by leaving the `with` block."""

    def __enter__(self) -> Self: ...
    def __exit__(self, *_: object) -> None: ...
    def send_all(
        self, mails: Iterable[tuple[int, Taken_contra]], begin: Callable[[int], bool]
    ) -> Iterator[tuple[int, Outcome]]:
        """Hand over messages, several at once; yields what became of each as soon as that is known.

        `begin` is asked for each before a byte of it leaves that could make the channel take it: where it
        says no, the message does not go. After an outcome that concerns everyone no more should be given.
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Channel:
    """One channel's plug-in."""

    key: str
    medium: Medium
    connect: Callable[[], Connection[Mail]]
    """Open a line; raises SendError(everyone=True)."""
