"""What a letter holds, as plain data."""

from dataclasses import dataclass
from datetime import date

from app.channels.base import Browser
from app.lib.days import Calendar
from app.messages.documents.document import Document
from app.messages.letters.links import Clicks
from app.shops.brand import Brand
from app.tracking.story.parcel import Place
from app.tracking.story.story import Story
from app.vocabulary import Category, Trigger


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """A line of what was bought, as much of it as the message speaks of."""

    title: str
    options: str | None
    quantity: int
    total: int
    """Minor units, of all its pieces."""
    image_url: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """Something else that the shop sells."""

    title: str
    url: str
    image_url: str | None
    price: int | None
    """Minor units; None where the store has not said."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Code:
    """A discount that was made for the reader."""

    code: str
    percent: int
    until: date
    """The last day on which it is worth anything."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A parcel that the message tells of."""

    place: int
    """Which of the order's parcels it is, from 1; it never changes, so that no two subjects are the same."""
    carrier: str | None
    number: str | None
    page: str | None = None
    """Where the carrier shows it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """One message before its words."""

    trigger: Trigger
    document: Document
    """What its template says."""
    to: str
    message_id: str
    brand: Brand
    calendar: Calendar
    first_name: str | None
    order_name: str | None
    is_first: bool
    step: int = 1  # the how manieth of its kind
    currency: str
    total: int
    items: tuple[Item, ...]
    parcels: tuple[Told, ...]
    waits_at: tuple[Place, ...] = ()  # to be collected
    is_whole: bool
    """It is the first to tell of its milestone, and tells of every parcel of the order."""
    story: Story
    """As on the tracking page: the day or the days are the carrier's, or the merchant's, or our own."""
    answer: str | None = None
    """What the merchant answers to the shopper's report, or writes to many."""
    title: str | None = None  # what the merchant calls that
    recommendations: tuple[Offer, ...] = ()
    """Where the template has a place for them."""
    delivering_to: tuple[str, ...]
    """The lines of the address."""
    is_gift: bool = False
    """It goes to somebody else than the shopper: no price, no name, no address is in it."""
    clicks: Clicks | None = None  # what its links are counted for
    thing: str | None = None  # what its reader asked to be told of
    has_prices: bool = True  # of what it shows
    discount: Code | None = None
    browser: Browser | None = None  # where it goes as a notification
    cart_url: str = ""  # where the cart is found again
    track_url: str
    """Where it leads: the order's page, or the list of all orders that was asked for."""
    preferences_url: str
    category: Category = Category.TRANSACTIONAL
