"""What is typed where an account with a provider is entered: its keys, and how many messages go in a day."""

from collections.abc import Mapping
from typing import NamedTuple

from werkzeug.datastructures import MultiDict

from app.admin.saying import say
from app.channels.sms.base import Provider
from app.shops import letterheads

LONGEST = 5000
"""Characters of one field: a private key has some thousand."""

Form = MultiDict[str, str]


class Entry(NamedTuple):
    """A form that was not kept: whose it is, what was typed, and what is wrong with it by field."""

    key: str
    typed: Form
    errors: Mapping[str, str]


NOTHING = Entry("", MultiDict(), {})


def keys(provider: Provider, known: Mapping[str, str], form: Form, errors: dict[str, str]) -> dict[str, str]:
    """Return a provider's keys, an empty field as it was; what is missing is noted among the errors."""
    entered = dict(known)
    for field in provider.fields:
        typed = form.get(field.name, "").strip()[:LONGEST]
        if typed:
            entered[field.name] = typed
        elif field.name not in entered and not field.is_optional:
            errors[field.name] = say("This is missing.")
    return entered


def daily(form: Form, errors: dict[str, str]) -> int | None:
    """Return how many may go in a day; None: as many as there are, or it was noted among the errors."""
    typed = form.get("daily", "").strip()
    limit = letterheads.daily_of(typed)
    if typed and limit is None:
        errors["daily"] = say("A limit is a whole number, like 500; empty means none.")
    return limit
