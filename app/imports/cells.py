"""What cells of a merchant's table mean, by whatever name their column goes; pure."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import NamedTuple

from email_validator import EmailNotValidError, validate_email

from app.imports.table import first, is_rounded
from app.lib.words import merchant_sentence
from app.vocabulary import PlatformKey

Values = Mapping[str, str]
"""A line of a table, by the names of its columns as app.imports.table writes them."""
ORDER = ("orderid", "ordernumber", "ordername", "order", "name", "title")
NUMBER = ("trackingnumber", "trackingno", "tracking")
CARRIER = ("trackingprovider", "courier", "couriername", "slug", "trackingcompany", "carrier")
SHIPPED = ("dateshipped", "shippedat", "shipmentpickupdate", "pickupdate", "fulfilledat")
ARRIVED = ("shipmentdeliverydate", "deliveredat", "deliverydate")
LONGEST_NUMBER = 100
EPOCH = (9, 10)
"""How many digits a time has that is counted in seconds."""


class Odd(Exception):
    """A line cannot be taken; the sentence tells the merchant why, without quoting it."""


class Home(NamedTuple):
    """Whose table it is, for whatever it leaves unsaid."""

    country: str | None
    currency: str
    platform: PlatformKey


def number_of(values: Values) -> str | None:
    """Return a line's tracking number; raises Odd for one that is none."""
    number = first(values, *NUMBER)
    if number is None:
        return None
    if is_rounded(number):
        raise Odd(
            merchant_sentence(
                "A spreadsheet cut its tracking number short. Export the list anew, and leave it closed."
            )
        )
    if len(number) > LONGEST_NUMBER:
        raise Odd(merchant_sentence("Its tracking number is none."))
    return number


def mailbox(text: str | None) -> str | None:
    """Return an e-mail address as it is kept; raises Odd for one that is none."""
    if text is None:
        return None
    try:
        return validate_email(text, check_deliverability=False).normalized.lower()
    except EmailNotValidError as error:
        raise Odd(merchant_sentence("Its e-mail address is none.")) from error


def moment(text: str | None) -> datetime | None:
    """Return a time; UTC where it names no zone. A day that could be read two ways is not guessed."""
    if text is None:
        return None
    try:
        if text.isdecimal() and len(text) in EPOCH:
            return datetime.fromtimestamp(int(text), UTC)
        at = datetime.fromisoformat(text.replace(" UTC", "+00:00").replace(" +", "+").replace(" -", "-"))
        return at if at.tzinfo else at.replace(tzinfo=UTC)
    except (ValueError, OverflowError) as error:
        raise Odd(merchant_sentence("A date of it cannot be read. Write days as 2026-11-26.")) from error
