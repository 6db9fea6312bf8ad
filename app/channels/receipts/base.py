"""What a teller of receipts must be able to do, and what it tells, in our words whatever it calls them.

A teller is one file in this folder that ends in `PLUGIN = Teller(…)`. It translates and does not decide; what
follows is app.messages.responses.receipts' affair. None was yet run against the real service.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from app.lib.reading import Json

NOT_AUTHENTIC = "5.7.515"
"""Outlook.com: our own domain fails SPF, DKIM or DMARC; no address is dead."""


class ReceiptKind(StrEnum):
    """What became of a message that was handed over."""

    TAKEN = "taken"
    """It was handed over, whoever doubted it."""
    DELIVERED = "delivered"
    DELAYED = "delayed"
    """It bounced for now: a full mailbox, a server that is away, a reputation."""
    BOUNCED = "bounced"
    """No mailbox is there, or it takes nothing for good."""
    COMPLAINED = "complained"
    """The recipient called it spam."""
    DROPPED = "dropped"
    """It was taken from us and never sent on, for reasons that are not the address's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """One thing that was told of one message."""

    ref: str
    """The Message-ID that we gave it, before its @."""
    kind: ReceiptKind
    at: datetime
    event_id: str
    """The same whenever this is told again."""
    detail: str | None = None
    """The receiving server's code, "550 5.1.1": without its words, which often repeat the address."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One delivery as it came; nothing of it is believed before `verify` says so."""

    headers: Mapping[str, str]
    """By lower-case name."""
    body: bytes


Fetch = Callable[[str], bytes]
"""Get what stands at an https address; raises app.lib.http.Unreachable."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Teller:
    """One teller's plug-in."""

    key: str
    """Names it in addresses and settings; lower case, never changed."""
    label: str
    secret: str
    """What the operator enters for it, in a sentence."""
    verify: Callable[[Told, str, Fetch], bool]
    """Whether a delivery is signed with the secret, or for it; found on the raw bytes, in constant time."""
    parse: Callable[[Any], tuple[Receipt, ...]]
    """What a delivery says; nothing for what is not about the fate of a mail. Raises Unreadable."""
    confirms: Callable[[Json], str | None] | None = None
    """The address to fetch once so that it tells us more; None: there is nothing to confirm."""
    hosts: tuple[str, ...] = ()
    """How the names of its SMTP servers end."""
    headers: Callable[[str], dict[str, str]] | None = None
    """What a mail needs so that a receipt names it, by its Message-ID; None: nothing but that."""


def ref_of(rfc_id: str) -> str:
    """Return a Message-ID before its @, which is all that some tellers can hold."""
    return rfc_id.strip("<> ").partition("@")[0]
