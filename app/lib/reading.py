"""Reading a stranger's JSON: the value in our terms, or Unreadable with a sentence."""

import html
import re
from datetime import UTC, datetime, tzinfo
from typing import Any

import phonenumbers

from app.lib import money

Json = dict[str, Any]
"""A stranger's JSON object."""
LARGEST = 2**63
"""What a BIGINT cannot hold."""


class Unreadable(Exception):
    """What came does not hold what it promises; the sentence says what is missing."""


def text(data: Json, name: str) -> str | None:
    """Return a non-empty text, stripped; numbers become text; None where there is none."""
    value = data.get(name)
    if value is None or isinstance(value, bool | dict | list):
        return None
    return _kept(value) or None


def plain(data: Json, name: str) -> str | None:
    """Return a text that a store keeps as HTML ("Salt &amp; Pepper") as people read it."""
    value = text(data, name)
    return html.unescape(re.sub(r"<[^<>]*>", "", value)).strip() or None if value else None


def required(data: Json, name: str) -> str:
    """Return a non-empty text; raises Unreadable where it is missing."""
    value = text(data, name)
    if value is None:
        raise Unreadable(f"it has no {name}")
    return value


def moment(data: Json, name: str, zone: tzinfo = UTC) -> datetime | None:
    """Return an ISO 8601 time as UTC; `zone` is that of times without an offset. Raises Unreadable."""
    value = text(data, name)
    if value is None:
        return None
    try:
        at = datetime.fromisoformat(value)
        return (at if at.tzinfo else at.replace(tzinfo=zone)).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise Unreadable(f"{name} is no time") from error


def required_moment(data: Json, name: str, zone: tzinfo = UTC) -> datetime:
    """Return a time as UTC; raises Unreadable where it is missing."""
    at = moment(data, name, zone)
    if at is None:
        raise Unreadable(f"it has no {name}")
    return at


def amount(data: Json, name: str, currency: str) -> int:
    """Return money in minor units, 0 where there is none; raises Unreadable."""
    value = data.get(name)
    if isinstance(value, bool | dict | list):
        raise Unreadable(f"{name} is no amount of money")
    try:
        return money.minor(value, currency)
    except ValueError as error:
        raise Unreadable(f"{name} is no amount of money") from error


def whole(data: Json, name: str) -> int | None:
    """Return a whole number; None where there is none. Raises Unreadable."""
    value = data.get(name)
    if value is None or value == "":
        return None
    try:
        number = int(value)
    except (TypeError, ValueError, OverflowError) as error:
        raise Unreadable(f"{name} is no whole number") from error
    if abs(number) >= LARGEST:
        raise Unreadable(f"{name} is too large")
    return number


def object_(data: Json, name: str) -> Json:
    """Return a nested object; an empty one where there is none."""
    value = data.get(name)
    return value if isinstance(value, dict) else {}


def objects(data: Json, name: str) -> list[Json]:
    """Return a nested list's objects; an empty list where there is none."""
    value = data.get(name)
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def first_text(data: Json, name: str, field: str) -> str | None:
    """Return a text of the first of a nested list's objects that has one."""
    return next((found for item in objects(data, name) if (found := text(item, field))), None)


def texts(data: Json, name: str) -> list[str]:
    """Return a nested list's texts; an empty list where there is none."""
    value = data.get(name)
    return [_kept(v) for v in value if isinstance(v, str | int)] if isinstance(value, list) else []


def refuse_any_of(data: Json, *names: str) -> None:
    """Raise Unreadable where a body holds what its topic never does: no topic is signed, and some destroy."""
    wrong = [name for name in names if name in data]
    if wrong:
        raise Unreadable(f"it holds {wrong[0]}, so it is no delivery of this topic")


def phone(raw: str | None, country: str | None) -> str | None:
    """Return a phone number as E.164 where it can be read as one, else as it was written."""
    if not raw:
        return None
    try:
        number = phonenumbers.parse(raw, country)
    except phonenumbers.NumberParseException:
        return raw
    if not phonenumbers.is_possible_number(number):
        return raw
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def without_nul(value: Any) -> Any:  # noqa: ANN401 - any JSON
    """Return JSON without the one character that PostgreSQL cannot store."""
    if isinstance(value, str):
        return value.replace("\0", "")
    if isinstance(value, list):
        return [without_nul(item) for item in value]
    if isinstance(value, dict):
        return {without_nul(k): without_nul(v) for k, v in value.items()}
    return value


def _kept(value: object) -> str:
    return str(value).replace("\x00", "").strip()  # PostgreSQL keeps no NUL
