"""What each rule of the gate saw, in a few words without personal data."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial

from app.messages.gate import country_rules, quiet_hours
from app.messages.gate.overtaken import OVERTAKEN_BY
from app.messages.gate.verdict import Facts
from app.vocabulary import Trigger


def whom(facts: Facts) -> str:
    """Say whether there is a shop, an address and a person."""
    address = "readable" if facts.address_is_readable else "unreadable" if facts.address else "none"
    return f"shop {facts.shop_state}, address {address}{', erased' if facts.erased else ''}"


def country(facts: Facts) -> str:
    """Say where its reader is, and which rule of that country binds it."""
    rule = country_rules.objection(facts.medium, facts.category, facts.country)
    return f"{facts.country or 'unknown'}{f': {rule.why}' if rule else ''}"


def switches(facts: Facts) -> str:
    """Say whether its flow is on, and somebody carries it."""
    carried = "" if facts.has_channel else ", nobody to carry it"
    said = "" if facts.has_words else ", no approved template and no open conversation"
    return f"{'on' if facts.flow_is_on else 'off'}{carried}{said}"


def wishes(facts: Facts) -> str:
    """Say what its reader asked for."""
    told = "only if it is late" if facts.only_if_late else "every milestone"
    return "no longer" if facts.is_taken_back else told


def ages(facts: Facts) -> str:
    """Say how old its news is."""
    late = _in_seconds(facts.asked_at - facts.occasion_at)
    return (
        f"heard of after {_in_seconds(facts.order_age_when_heard)}, asked for {late} after the store knew"
        if facts.trigger is Trigger.THANK_YOU
        else f"happened {late} before"
    )


def _in_seconds(span: timedelta) -> timedelta:
    return timedelta(seconds=round(span.total_seconds()))


def what_was_told(facts: Facts) -> str:
    """Say whether another message has said it."""
    if facts.merged_into is not None:
        return f"message {facts.merged_into} spoke for it"
    if facts.store_tells:
        return "the store’s own mail asks it"
    return "told before" if facts.is_told else "nothing"


def hours(facts: Facts) -> str:
    """Say what time it is on its reader's clocks."""
    if quiet_hours.window_of(facts.medium, facts.category, facts.country) is None:
        return "goes at any hour"
    return ", ".join(f"{facts.now.astimezone(zone):%a %H:%M} {zone.key}" for zone in facts.clocks)


def what_became(facts: Facts) -> str:
    """Say what has become of what it is about."""
    if facts.let_go is not None:
        return facts.let_go
    if facts.trigger is Trigger.THANK_YOU:
        return "cancelled" if facts.order_is_cancelled else "the order stands"
    if facts.trigger is Trigger.ABANDONED_CHECKOUT:
        return "bought or emptied" if facts.is_bought else "the cart stands"
    if facts.comes_from_flow and facts.trigger not in OVERTAKEN_BY:
        return "its flow stands by it"
    return ", ".join(facts.parcels) or "no parcel"


def either(name: str, yes: str, no: str) -> Callable[[Facts], str]:
    """Return how to say one yes-or-no fact."""
    return partial(_worded, name, yes, no)


def _worded(name: str, yes: str, no: str, facts: Facts) -> str:
    return yes if getattr(facts, name) else no
