"""What a subject of a flow must be able to tell."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from app.flows.plan.conditions import Value
from app.vocabulary import Medium


@dataclass(frozen=True, slots=True, kw_only=True)
class Matter:
    """What is so of one subject at this moment, and whose it is."""

    shop_id: int
    profile_id: int | None
    order_id: int | None = None
    """The order in whose language its messages speak; None: there is none."""
    checkout_id: int | None = None
    """The cart that they remind of."""
    line_item_id: int | None = None
    """The one thing of the order that they are about; None: they are about all of it."""
    waiting_id: int | None = None
    """The request that they answer."""
    addresses: Mapping[Medium, str]
    place: Mapping[str, Any] = field(default_factory=dict)
    """Where things are sent to, as far as it is known."""
    known: Mapping[str, Value] = field(default_factory=dict)
    changed_at: Mapping[str, datetime] = field(default_factory=dict)
    moments: Mapping[str, datetime] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """A plug-in: something that a flow can be about."""

    key: str
    look: Callable[[Session, Collection[int], Collection[str]], dict[int, Matter]]
    """Return what is so of the subjects with these ids, in so many queries however many they are.

    Of their fields at least those that are named are known. What is gone is missing.
    """


def reachable(email: str | None, phone: str | None) -> dict[Medium, str]:
    """Return the addresses that there are, by medium."""
    typed = {Medium.EMAIL: email, Medium.SMS: phone, Medium.WHATSAPP: phone}
    return {medium: address for medium, address in typed.items() if address}
