"""What puts off a message with which nothing is wrong: rules of the gate that wait for something."""

from datetime import timedelta

from app.messages.gate.verdict import Deferred, Facts, Objection
from app.vocabulary import Category, Reason

HELD_FOR = timedelta(hours=1)
"""How soon to ask again about an offer that waits for what the merchant has to do."""
A_MOMENT, HEARS_OUT = timedelta(seconds=5), timedelta(minutes=1)
"""How soon to ask again whether all that a store told was read, and for how long."""
MAKES_A_CODE = timedelta(minutes=1)
"""How soon to ask again whether a store has made a discount."""


def has_no_trouble(facts: Facts) -> Objection | None:
    """Put an offer off while its reader waits for an answer to what they reported."""
    waits = facts.has_open_case and facts.category is Category.MARKETING
    return Deferred(facts.now + HELD_FOR, Reason.OPEN_CASE) if waits else None


def is_not_paused(facts: Facts) -> Objection | None:
    """Put an offer off while the shop's are paused."""
    waits = facts.offers_are_paused and facts.category is Category.MARKETING
    return Deferred(facts.now + HELD_FOR, Reason.PAUSED) if waits else None


def is_heard_out(facts: Facts) -> Objection | None:
    """Put off for moments what a purchase would stop: not for ever, for a large shop is never at rest."""
    waits = facts.is_behind and facts.now - facts.asked_at < HEARS_OUT
    return Deferred(facts.now + A_MOMENT, Reason.CATCHING_UP) if waits else None


def has_its_code(facts: Facts) -> Objection | None:
    """Put an offer off while the store makes its discount."""
    return Deferred(facts.now + MAKES_A_CODE, Reason.AWAITS_CODE) if facts.awaits_code else None
