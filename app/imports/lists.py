"""Files of other tools: whose they are, and what each line says; pure."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import NamedTuple

from email_validator import EmailNotValidError, validate_email

from app.imports.table import first, is_rounded
from app.lib import reading
from app.platforms.base import Consent
from app.platforms.purchases import Parcel, Person
from app.vocabulary import ConsentSource, ConsentState, Medium

Values = Mapping[str, str]
UNDATED = datetime(2000, 1, 1, tzinfo=UTC)
"""When what a list says without a time was said: anything said here holds against it."""
STATES = {
    "subscribed": ConsentState.SUBSCRIBED,
    "true": ConsentState.SUBSCRIBED,
    "unsubscribed": ConsentState.UNSUBSCRIBED,
    "false": ConsentState.UNSUBSCRIBED,
    "suppressed": ConsentState.UNSUBSCRIBED,
}
LONGEST_NUMBER = 100
YES = ("true", "yes", "1")


class Odd(Exception):
    """A line cannot be taken; the sentence tells the merchant why, without quoting it."""


class Sent(NamedTuple):
    """One tracking number of an order that the shop has."""

    order: str
    """Its number or the store's id, as the file has it."""
    parcel: Parcel
    shipped_at: datetime | None
    delivered_at: datetime | None


class List(NamedTuple):
    """One tool's files."""

    label: str
    fits: Callable[[frozenset[str]], bool]
    """Whether a file with these columns is one."""
    read: Callable[[Values, str | None], tuple[Consent, ...] | Sent]
    """A line, and the shop's country → what it says; raises Odd."""


def list_of(columns: tuple[str, ...]) -> str | None:
    """Return whose file has these columns; None where we know of none."""
    return next((key for key, it in LISTS.items() if it.fits(frozenset(columns))), None)


def klaviyo(values: Values, country: str | None) -> tuple[Consent, ...]:
    """Return what a profile of Klaviyo's export agreed to."""
    person = _person(values, country)
    mail = STATES.get((first(values, "emailmarketingconsent") or "").lower())
    if (first(values, "emailsuppressions") or "[]") != "[]":
        mail = ConsentState.UNSUBSCRIBED
    text = STATES.get((first(values, "smsmarketingconsent") or "").lower())
    said = []
    if mail is not None and person.email:
        at = _moment(first(values, "emailmarketingconsenttimestamp", "consenttimestamp"))
        is_double = (first(values, "emailmarketingconsentdoubleoptin", "doubleoptin") or "").lower() in YES
        said.append(_consent(person, Medium.EMAIL, mail, at, is_confirmed=is_double))
    if text is not None and person.phone:
        at = _moment(first(values, "smsmarketingconsenttimestamp", "consenttimestamp"))
        said.append(_consent(person, Medium.SMS, text, at))
    return tuple(said)


def mailchimp(values: Values, country: str | None) -> tuple[Consent, ...]:
    """Return what a member of one of Mailchimp's three files agreed to; who was cleaned has said no.

    They have confirmed where Mailchimp knows both when they signed up and from where they confirmed.
    """
    person = _person(values, country)
    if not person.email:
        raise Odd("It has no e-mail address.")
    gone = first(values, "unsubtime", "cleantime")
    if gone:
        return (_consent(person, Medium.EMAIL, ConsentState.UNSUBSCRIBED, _moment(gone)),)
    asked, confirmed = first(values, "optintime"), first(values, "confirmtime")
    is_double = bool(asked and confirmed and first(values, "confirmip"))
    at = _moment(confirmed or asked)
    return (_consent(person, Medium.EMAIL, ConsentState.SUBSCRIBED, at, is_confirmed=is_double),)


def sent(values: Values, country: str | None) -> Sent:
    """Return the tracking number of a line of Advanced Shipment Tracking, AfterShip, or one's own table."""
    del country
    order = first(values, "orderid", "ordernumber", "ordername", "order", "name", "title")
    number = first(values, "trackingnumber", "trackingno", "tracking")
    if not order or not number:
        raise Odd("It lacks the order or the tracking number.")
    if is_rounded(number):
        raise Odd("A spreadsheet cut its tracking number short. Export the list anew, and leave it closed.")
    if len(number) > LONGEST_NUMBER:
        raise Odd("Its tracking number is none.")
    url = first(values, "trackingurl", "trackinglink", "customtrackinglink")
    carrier = first(
        values, "trackingprovider", "courier", "couriername", "slug", "trackingcompany", "carrier"
    )
    return Sent(
        order=order,
        parcel=Parcel(
            number=number,
            carrier=carrier,
            url=url if url and url.startswith(("https://", "http://")) else None,
        ),
        shipped_at=_moment(first(values, "dateshipped", "shippedat", "shipmentpickupdate", "pickupdate")),
        delivered_at=_moment(first(values, "shipmentdeliverydate", "deliveredat", "deliverydate")),
    )


LISTS = {
    "klaviyo": List("Klaviyo", lambda columns: "emailmarketingconsent" in columns, klaviyo),
    "mailchimp": List(
        "Mailchimp", lambda columns: "emailaddress" in columns and bool(columns & {"leid", "euid"}), mailchimp
    ),
    "tracking": List(
        "tracking numbers",
        lambda columns: bool(
            columns & {"trackingnumber", "trackingno", "tracking"}
            and columns & {"orderid", "ordernumber", "ordername", "order", "name"}
        ),
        sent,
    ),
}


def _person(values: Values, country: str | None) -> Person:
    email = first(values, "email", "emailaddress")
    phone = first(values, "phonenumber", "phone")
    if email:
        try:
            email = validate_email(email, check_deliverability=False).normalized.lower()
        except EmailNotValidError as error:
            raise Odd("Its e-mail address is none.") from error
    if not email and not phone:
        raise Odd("It has neither an e-mail address nor a telephone number.")
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


def _moment(text: str | None) -> datetime | None:
    """Return a time; UTC where it names no zone. A day that could be read two ways is not guessed."""
    if text is None:
        return None
    if text.isdecimal() and len(text) in (9, 10):
        return datetime.fromtimestamp(int(text), UTC)
    try:
        at = datetime.fromisoformat(text.replace(" UTC", "+00:00").replace(" +", "+").replace(" -", "-"))
    except ValueError as error:
        raise Odd("A date of it cannot be read. Write days as 2026-11-26.") from error
    return at if at.tzinfo else at.replace(tzinfo=UTC)
