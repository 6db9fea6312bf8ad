"""What every channel is handed, and how it says that it could not send."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol, Self

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


class Connection(Protocol):
    """An open line to the channel, for a chunk of messages; close it by leaving the `with` block."""

    def __enter__(self) -> Self: ...
    def __exit__(self, *_: object) -> None: ...
    def send(self, mail: Mail) -> str:
        """Hand over one message; returns the channel's own id or answer; raises SendError."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Channel:
    """One channel's plug-in."""

    key: str
    medium: Medium
    connect: Callable[[], Connection]
    """Open a line; raises SendError(everyone=True)."""
