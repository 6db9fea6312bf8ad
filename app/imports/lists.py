"""Files of other tools: whose they are, and what each line says; pure."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import NamedTuple

from app.carriers.base import Scan
from app.imports import checkpoints, sold
from app.imports.cells import (
    ARRIVED,
    CARRIER,
    NUMBER,
    ORDER,
    SHIPPED,
    Home,
    Odd,
    Values,
    mailbox,
    moment,
    number_of,
)
from app.imports.models import ImportKind
from app.imports.sold import Sold
from app.imports.table import first
from app.lib import reading
from app.lib.words import merchant_sentence
from app.platforms.base import Consent
from app.platforms.purchases import Parcel, Person
from app.vocabulary import ConsentSource, ConsentState, Medium

UNDATED = datetime(2000, 1, 1, tzinfo=UTC)
"""When what a list says without a time was said: anything said here holds against it."""
STATES = {
    "subscribed": ConsentState.SUBSCRIBED,
    "true": ConsentState.SUBSCRIBED,
    "unsubscribed": ConsentState.UNSUBSCRIBED,
    "false": ConsentState.UNSUBSCRIBED,
    "suppressed": ConsentState.UNSUBSCRIBED,
}
YES = ("true", "yes", "1")


class Sent(NamedTuple):
    """One tracking number of an order that the shop has."""

    order: str | None
    """Its number or the store's id, as the file has it; None where it names a parcel only."""
    parcel: Parcel
    shipped_at: datetime | None
    delivered_at: datetime | None
    scan: Scan | None = None
    """Where a line is about one checkpoint of the parcel."""


Said = tuple[Consent, ...] | Sent | Sold


class List(NamedTuple):
    """One tool's files."""

    label: str
    kind: ImportKind
    fits: Callable[[frozenset[str]], bool]
    """Whether a file with these columns is one."""
    read: Callable[[Sequence[Values], Home], Said]
    """Lines about one thing, and whose they are → what they say; raises Odd."""
    thing: Callable[[Values], str | None] = lambda _: None
    """What a line is about, where lines that follow each other may be about the same; None: itself alone."""


def list_of(columns: tuple[str, ...]) -> str | None:
    """Return whose file has these columns; None where we know of none."""
    return next((key for key, it in LISTS.items() if it.fits(frozenset(columns))), None)


def klaviyo(rows: Sequence[Values], home: Home) -> tuple[Consent, ...]:
    """Return what a profile of Klaviyo's export agreed to."""
    values = rows[0]
    person = _person(values, home.country)
    mail = STATES.get((first(values, "emailmarketingconsent") or "").lower())
    if (first(values, "emailsuppressions") or "[]") != "[]":
        mail = ConsentState.UNSUBSCRIBED
    text = STATES.get((first(values, "smsmarketingconsent") or "").lower())
    said = []
    if mail is not None and person.email:
        at = moment(first(values, "emailmarketingconsenttimestamp", "consenttimestamp"))
        is_double = (first(values, "emailmarketingconsentdoubleoptin", "doubleoptin") or "").lower() in YES
        said.append(_consent(person, Medium.EMAIL, mail, at, is_confirmed=is_double))
    if text is not None and person.phone:
        at = moment(first(values, "smsmarketingconsenttimestamp", "consenttimestamp"))
        said.append(_consent(person, Medium.SMS, text, at))
    return tuple(said)


def mailchimp(rows: Sequence[Values], home: Home) -> tuple[Consent, ...]:
    """Return what a member of one of Mailchimp's three files agreed to; who was cleaned has said no.

    They have confirmed where Mailchimp knows both when they signed up and from where they confirmed.
    """
    values = rows[0]
    person = _person(values, home.country)
    if not person.email:
        raise Odd(merchant_sentence("It has no e-mail address."))
    gone = first(values, "unsubtime", "cleantime")
    if gone:
        return (_consent(person, Medium.EMAIL, ConsentState.UNSUBSCRIBED, moment(gone)),)
    asked, confirmed = first(values, "optintime"), first(values, "confirmtime")
    is_double = bool(asked and confirmed and first(values, "confirmip"))
    at = moment(confirmed or asked)
    return (_consent(person, Medium.EMAIL, ConsentState.SUBSCRIBED, at, is_confirmed=is_double),)


def sent(rows: Sequence[Values], home: Home) -> Sent:
    """Return the tracking number of a line of Advanced Shipment Tracking, AfterShip, or one's own table."""
    del home
    values = rows[0]
    order, number, scan = first(values, *ORDER), number_of(values), checkpoints.read(values)
    if not number or not (order or scan):
        raise Odd(merchant_sentence("It lacks the order or the tracking number."))
    url = first(values, "trackingurl", "trackinglink", "customtrackinglink")
    return Sent(
        order=order,
        parcel=Parcel(
            number=number,
            carrier=first(values, *CARRIER),
            url=url if url and url.startswith(("https://", "http://")) else None,
        ),
        shipped_at=moment(first(values, *SHIPPED)),
        delivered_at=moment(first(values, *ARRIVED)),
        scan=scan,
    )


LISTS = {
    "klaviyo": List(
        "Klaviyo", ImportKind.SUBSCRIBERS, lambda columns: "emailmarketingconsent" in columns, klaviyo
    ),
    "mailchimp": List(
        "Mailchimp",
        ImportKind.SUBSCRIBERS,
        lambda columns: "emailaddress" in columns and bool(columns & {"leid", "euid"}),
        mailchimp,
    ),
    "orders": List("orders", ImportKind.ORDERS, sold.fits, sold.read, sold.thing),
    "tracking": List(
        "tracking numbers",
        ImportKind.PARCELS,
        lambda columns: bool(columns & set(NUMBER) and (columns & set(ORDER) or checkpoints.fits(columns))),
        sent,
    ),
}


def _person(values: Values, country: str | None) -> Person:
    email = mailbox(first(values, "email", "emailaddress"))
    phone = first(values, "phonenumber", "phone")
    if not email and not phone:
        raise Odd(merchant_sentence("It has neither an e-mail address nor a telephone number."))
    return Person(
        email=email,
        phone=reading.phone(phone, country),
        first_name=first(values, "firstname"),
        last_name=first(values, "lastname"),
    )


def _consent(
    person: Person, medium: Medium, state: ConsentState, at: datetime | None, *, is_confirmed: bool = False
) -> Consent:
    return Consent(
        person=person,
        medium=medium,
        state=state,
        source=ConsentSource.IMPORT,
        at=at or UNDATED,
        is_confirmed=is_confirmed and state is ConsentState.SUBSCRIBED,
    )
