"""What a provider of text messages (and of WhatsApp) must be able to do, and what it tells, in our words.

A provider is one file in this folder that ends in `PLUGIN = Provider(…)`. It translates and does not decide:
`verify` and `parse` are pure, only `send` touches the network, through the session that it is handed. None
was yet run against the real service.

`send` is called once for each time that a message is begun: nothing repeats it by itself. What it raises says
whether the provider may have taken the text (`SendError.unknown`): whoever cannot tell says so.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from app.channels.base import Text
from app.channels.receipts.base import Receipt
from app.lib.http import Outside
from app.vocabulary import Medium

Keys = Mapping[str, str]
"""What the merchant entered for a provider, by the names of its fields."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One thing that the merchant has to enter."""

    name: str
    label: str
    help: str = ""
    is_secret: bool = True
    is_optional: bool = False
    is_long: bool = False
    """It has several lines."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Letterhead:
    """From whom a text comes, and where we are told what became of it."""

    sender: str
    """A number as E.164, a name of up to eleven letters, or what the provider calls a set of numbers."""
    report_to: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One delivery as it came; nothing of it is believed before `verify` says so."""

    url: str
    """At our public address, with its query: some signatures cover it."""
    headers: Mapping[str, str]
    """By lower-case name."""
    body: bytes
    sender: str | None = None
    """What this shop sends from: a delivery may tell of other numbers of its account, too; None: of any."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """What somebody texted to the shop's number."""

    id: str
    """The same whenever it is told again."""
    sender: str
    """E.164."""
    words: str
    at: datetime | None = None
    """None: just now."""
    is_answered: bool = False
    """The provider has answered by itself, in its own words."""
    spellings: tuple[str, ...] = ()
    """How else the same number may have been written by its owner."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Preferred:
    """What somebody chose in their own app about offers from the shop's number."""

    sender: str
    """E.164."""
    wants_offers: bool
    at: datetime


@dataclass(frozen=True, slots=True)
class TemplatesChanged:
    """What the provider has approved is no longer what it was."""


Said = Receipt | Heard | Preferred | TemplatesChanged


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a delivery is answered with when it was kept."""

    body: str = ""
    content_type: str = "text/plain"


@dataclass(frozen=True, slots=True, kw_only=True)
class Provider:
    """One provider's plug-in."""

    key: str
    """Names it in addresses and rows; lower case, never changed."""
    label: str
    medium: Medium = Medium.SMS
    fields: tuple[Field, ...]
    manual: str
    """Where in the provider's own pages the merchant finds these, and sets the webhook's address."""
    was_tried: bool = False
    """Whether this plug-in was ever run against the real service; the admin says so."""
    send: Callable[[Outside, Keys, Letterhead, Text], str]
    """Hand over a text; returns the provider's own id of it. Raises SendError."""
    verify: Callable[[Told, Keys], bool]
    """Whether a delivery is signed with the merchant's secret; on the raw bytes, in constant time."""
    parse: Callable[[Told], tuple[Said, ...]]
    """What a delivery says; nothing for what is about neither. Raises Unreadable."""
    answer: Answer = Answer()
    greeted: Callable[[str], tuple[str, str] | None] = lambda _: None
    """A query by which it asks whether an address is ours → the token that we gave the merchant for it, and
    what it wants to read where that is right; None: it asks nothing."""
